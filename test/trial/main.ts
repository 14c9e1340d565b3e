import { appendFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trialCases } from './cases.ts';
import { type Cell, runCell, type TrialSettings } from './cell.ts';
import { oneOf, refuse } from './refuse.ts';
import { summaryOf, tableOf } from './table.ts';

const usage = `npm run trial -- --base-url URL --model NAME [--issues a,b] [--times 3] [--json] [--out FILE]
                 [--strategy rewrite|tools] [--sandbox bubblewrap|process] [--work FOLDER]

Runs small issues with a real model, all roles, by "entropy run", and judges each change by a test that the run
never saw. With --out every run is kept as one line of JSON, and what is there already is not run again.`;

const { values } = parseArgs({
  options: {
    'base-url': { type: 'string' },
    model: { type: 'string' },
    issues: { type: 'string' },
    times: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
    strategy: { type: 'string', default: 'rewrite' },
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
const settings: TrialSettings = {
  baseUrl,
  model: values.model,
  strategy: oneOf('strategy', ['rewrite', 'tools'], values.strategy),
  sandbox: oneOf('sandbox', ['bubblewrap', 'process'], values.sandbox),
  work: values.work ?? mkdtempSync(join(tmpdir(), 'entropy-trial-')),
};

const times = Number(values.times);
if (!Number.isInteger(times) || times < 1)
  refuse(`--times takes a whole number, not "${values.times}"`);
const all = trialCases();
const names = all.map(({ name }) => name);
const wanted = values.issues?.split(',').map((name) => oneOf('issues', names, name)) ?? names;
const cases = all.filter(({ name }) => wanted.includes(name));
const cells: Cell[] = kept(values.out);
for (let time = 1; time <= times; time += 1) {
  for (const one of cases) {
    if (cells.some((cell) => isDone(cell, one.name, time))) continue;
    const cell = await runCell(one, time, settings);
    cells.push(cell);
    if (values.out !== undefined) appendFileSync(values.out, `${JSON.stringify(cell)}\n`);
    console.error(`${cell.case} ${time}: ${cell.outcome} ${cell.error ?? ''} ${cell.seconds} s`);
  }
}
console.log(
  values.json
    ? JSON.stringify({ cells, summary: summaryOf(cells) })
    : tableOf(cells.toSorted((a, b) => a.case.localeCompare(b.case) || a.time - b.time)),
);

function kept(file: string | undefined): Cell[] {
  if (file === undefined || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Cell);
}

function isDone(cell: Cell, name: string, time: number): boolean {
  const { model, strategy } = settings;
  return (
    cell.case === name && cell.time === time && cell.model === model && cell.strategy === strategy
  );
}
