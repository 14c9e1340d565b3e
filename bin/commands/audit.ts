import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig, whyUnread } from '../../lib/config.ts';
import type { Verification } from '../../lib/domain/audit.ts';
import { ConfigInvalid, NotFound } from '../../lib/domain/errors.ts';
import { verifyFolder } from '../../lib/local/ledger/verify-folder.ts';
import { publicKeyPath } from '../../lib/local/signer.ts';
import { paint, terminal, writeJson } from '../output/terminal.ts';
import { withRun } from './records.ts';

const examples = `
Examples:
  entropy audit verify r-0123456789abcdef0123
  entropy audit verify ./a-copied-ledger-folder --key ./ledger.pub.pem
  entropy audit show r-0123456789abcdef0123`;

/** `entropy audit`: checks a ledger from its files and the public key alone, or prints it. */
export function addAudit(program: Command): void {
  const audit = program
    .command('audit')
    .description("check or print a run's ledger")
    .addHelpText('after', examples);
  audit
    .command('verify')
    .description('check every event, payload, manifest and signature; exit 1 if one is wrong')
    .argument('<run>', "the run's id, or a ledger folder")
    .option(
      '--key <file>',
      "public key in PEM; by default the data folder's, with --aws the one in KMS",
    )
    .option('--json', 'the findings as one JSON object')
    .action(async (target: string, options: { key?: string; json?: true }) => {
      process.exitCode = await verify(program, target, options);
    });
  audit
    .command('show')
    .description("print a run's events, one JSON object a line")
    .argument('<run>', "the run's id")
    .action(async (id: string) => show(program, id));
}

async function verify(program: Command, target: string, options: { key?: string; json?: true }) {
  const found = await verification(loadConfig(process.env, program.opts()), target, options.key);
  const { out, json } = terminal(options.json ?? false);
  if (json) {
    writeJson(out, { type: 'audit', ...found });
    return found.ok ? 0 : 1;
  }
  for (const { object, seq, reason } of found.problems) {
    out.write(
      `${paint(out, 'red', object)}${seq === undefined ? '' : ` (event ${seq})`}: ${reason}\n`,
    );
  }
  const state = found.sealed ? 'sealed and signed' : 'not sealed yet: the run has not ended';
  out.write(
    found.ok
      ? `${paint(out, 'green', 'verified')}: ${found.events} events, ${state}, head ${found.head ?? '-'}\n`
      : `${paint(out, 'red', 'NOT verified')}: ${found.problems.length} problems\n`,
  );
  return found.ok ? 0 : 1;
}

/** A folder is verified where it stands; a run's ledger where the runs are. */
async function verification(
  config: Config,
  target: string,
  key: string | undefined,
): Promise<Verification> {
  const { aws, dataDir } = config;
  if (aws !== undefined && !existsSync(target)) {
    const { openDeployment } = await import('../../lib/aws/compose-operator.ts');
    const deployment = await openDeployment(aws);
    return deployment.verify(target, key === undefined ? undefined : readKey(key));
  }
  const folder = existsSync(target) ? target : join(dataDir, 'ledger', target);
  if (!existsSync(folder)) throw new NotFound(`no ledger ${target}: give a run's id or a folder`);
  return verifyFolder(folder, readKey(key ?? publicKeyPath(dataDir)));
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigInvalid(`${whyUnread(error, file)}: give the public key with --key FILE`);
  }
}

async function show(program: Command, id: string): Promise<void> {
  await withRun(loadConfig(process.env, program.opts()), id, async ({ ledger }) => {
    for (const event of await ledger.events(id)) writeJson(process.stdout, event);
  });
}
