import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { whyUnread } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { defaultPolicy, policyJsonSchema, policyPath } from '../../lib/domain/policy.ts';
import { faultLines, readPolicy } from '../../lib/domain/policy-file.ts';
import { paint, printable, type Terminal, terminal, writeJson } from '../output/terminal.ts';

const examples = `
Examples:
  entropy config check
  entropy config check ~/src/lib --json
  entropy config schema > entropy.schema.json

An editor with a YAML language server takes the schema from the file's first line:
  # yaml-language-server: $schema=./entropy.schema.json`;

/** `entropy config`: checks a repository's `.entropy.yml`, shows what it comes to, prints its schema. */
export function addConfig(program: Command): void {
  const config = program
    .command('config')
    .description(`check a repository's ${policyPath}, or print its JSON schema`)
    .addHelpText('after', examples);
  config
    .command('check')
    .description(
      'tell every fault by line and key, or print the rules that hold; exit 2 if invalid',
    )
    .argument('[path]', `the file, or the folder that ${policyPath} is in`, '.')
    .option('--json', 'one JSON object: {type, file, ok, faults, policy}')
    .action((path: string, options: { json?: true }) => {
      process.exitCode = check(path, terminal(options.json ?? false));
    });
  config
    .command('schema')
    .description('print the JSON schema, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
    });
}

function check(path: string, { out, err, json }: Terminal): number {
  const { file, text } = readFile(path);
  const read = text === undefined ? { policy: defaultPolicy } : readPolicy(text);
  if (json) {
    const faults = 'faults' in read ? read.faults : [];
    const policy = 'policy' in read ? read.policy : null;
    writeJson(out, { type: 'config', file, ok: faults.length === 0, faults, policy });
  } else if ('faults' in read) {
    for (const line of faultLines(read.faults, file)) out.write(`${printable(line)}\n`);
    err.write(`${paint(err, 'red', 'not valid')}: ${read.faults.length} to mend\n`);
  } else {
    const state = text === undefined ? `there is no ${file}; these are the defaults` : 'valid';
    err.write(`${paint(err, 'green', state)}\n`);
    out.write(stringify(read.policy));
  }
  return 'faults' in read ? 2 : 0;
}

/** The text is undefined where a folder holds no such file, which is no fault. */
function readFile(path: string): { file: string; text: string | undefined } {
  let file = path;
  try {
    const folder = statSync(path).isDirectory();
    file = folder ? join(path, policyPath) : path;
    return { file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    if (file !== path && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { file, text: undefined };
    }
    throw new ConfigInvalid(whyUnread(error, file));
  }
}
