import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPrograms } from '../engines/setup/install-programs.ts';
import { trialCases } from './cases.ts';
import { type EngineCell, type EngineTrial, players, runEngine } from './engine-cell.ts';
import { engineSummary, engineTable, isClean } from './engine-table.ts';
import { oneOf, refuse } from './refuse.ts';

const usage = `npm run trial:engines -- --base-url URL --model NAME [--engines builtin,codex] [--issue plural] [--json]
                         [--minutes 10] [--sandbox bubblewrap|process] [--work FOLDER]

Has each engine play every role of one small issue, once, with a real model, by "entropy run", and counts what of HTTP
or a stream went wrong on the way: at the server, at the gateway, at the engine's door. The server must speak
chat-completions, messages and responses. Programs that are missing are got from npm. No run takes longer than
--minutes and one minute more. Exit code 1: a protocol error, an end without a name, or a ledger that does not hold.`;

const { values } = parseArgs({
  options: {
    'base-url': { type: 'string' },
    model: { type: 'string' },
    engines: { type: 'string' },
    issue: { type: 'string', default: 'plural' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    sandbox: { type: 'string', default: 'bubblewrap' },
    work: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const baseUrl = values['base-url'];
if (values.help || baseUrl === undefined || values.model === undefined) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}
const minutes = Number(values.minutes);
if (!(minutes >= 1 && minutes <= 90)) refuse(`--minutes takes 1 to 90, not "${values.minutes}"`);
const one =
  trialCases().find(({ name }) => name === values.issue) ?? refuse(`no issue "${values.issue}"`);
const wanted = values.engines?.split(',').map((name) => oneOf('engines', players, name)) ?? players;
const trial: EngineTrial = {
  baseUrl,
  model: values.model,
  sandbox: oneOf('sandbox', ['bubblewrap', 'process'], values.sandbox),
  limitMs: minutes * 60_000,
  work: values.work ?? mkdtempSync(join(tmpdir(), 'entropy-engines-')),
};

installPrograms();
const cells: EngineCell[] = [];
for (const player of wanted) {
  const cell = await runEngine(player, one, trial);
  cells.push(cell);
  const { outcome, error, seconds, protocolErrors } = cell;
  const errors = `${protocolErrors.length} protocol errors`;
  console.error(`${player}: ${outcome} ${error ?? ''} ${seconds} s, ${errors}`);
}
const summary = engineSummary(cells);
console.log(values.json ? JSON.stringify({ cells, summary }) : engineTable(cells));
if (!cells.every(isClean)) process.exitCode = 1;
