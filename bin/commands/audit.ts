import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { NotFound } from '../../lib/domain/errors.ts';
import { openStores } from '../../lib/local/compose.ts';
import { verifyFolder } from '../../lib/local/ledger/verify-folder.ts';
import { publicKeyPath } from '../../lib/local/signer.ts';
import { paint, terminal, writeJson } from '../output/terminal.ts';

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
    .description(
      'check every event, payload, manifest and signature, offline; exit 1 if one is wrong',
    )
    .argument('<run>', "the run's id, or a ledger folder")
    .option('--key <file>', 'public key in PEM; by default that of the data folder')
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
  const { dataDir } = loadConfig(process.env, program.opts());
  const folder = existsSync(target) ? target : join(dataDir, 'ledger', target);
  if (!existsSync(folder)) throw new NotFound(`no ledger ${target}: give a run's id or a folder`);
  const keyFile = options.key ?? publicKeyPath(dataDir);
  if (!existsSync(keyFile))
    throw new NotFound(`no public key ${keyFile}: give one with --key FILE`);
  const found = await verifyFolder(folder, readFileSync(keyFile, 'utf8'));
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

async function show(program: Command, id: string): Promise<void> {
  const stores = await openStores(loadConfig(process.env, program.opts()));
  try {
    const events = await stores.ledger.events(id);
    if (events.length === 0) throw new NotFound(`no run ${id}; "entropy status" lists them`);
    for (const event of events) writeJson(process.stdout, event);
  } finally {
    stores.close();
  }
}
