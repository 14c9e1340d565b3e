import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxKind } from '../../lib/domain/run.ts';
import { type Benchmark, median } from './benchmark.ts';
import { entropyRun, repositoryOf } from './command.ts';
import { type Figure, figure } from './figure.ts';
import { type Asked, startInstantModel } from './instant-model.ts';
import { peakBelow } from './memory.ts';
import { teamThat, tiny } from './team.ts';

const turnCount = 30;
/** Lines that the coder looks at in a turn, about 1 KB: what a turn of work adds. */
const linesPerTurn = 20;

/** A stage of 30 turns whose model answers at once: what a turn takes, what is sent again, what memory it needs. */
export const turns: Benchmark = async ({ quick, sandboxes, folder, say }) => {
  const notes = Array.from({ length: 2_000 }, (_, n) => `Line ${n + 1}: ${'some text '.repeat(4)}`);
  const files = { ...tiny, 'notes.md': `${notes.join('\n')}\n` };
  const repository = repositoryOf(join(folder, 'sums'), files);
  const seen: Seen[] = [];
  for (let round = 1; round <= (quick ? 1 : 5); round += 1) {
    for (const sandbox of sandboxes) {
      const home = join(folder, `${sandbox}-${round}`);
      mkdirSync(home);
      const one = await stage(home, repository, sandbox);
      seen.push(one);
      const [ms, mebibytes] = [median(one.overheads).toFixed(1), one.peak.toFixed(0)];
      say(`round ${round}: ${sandbox}: ${ms} ms a turn, ${mebibytes} MiB`);
    }
  }
  const of = (kind: SandboxKind) => seen.filter(({ sandbox }) => sandbox === kind);
  return [
    ...sandboxes.map((kind) => overhead(kind, median(of(kind).flatMap((one) => one.overheads)))),
    // What is sent is the same behind any boundary.
    prefix(seen[0]?.share),
    ...sandboxes.map((kind) => memory(kind, median(of(kind).map(({ peak }) => peak)))),
  ];
};

/** What was seen of one stage: milliseconds of each turn, its share of input, its peak memory in MiB. */
interface Seen {
  readonly sandbox: SandboxKind;
  readonly overheads: readonly number[];
  readonly share: Share;
  readonly peak: number;
}

async function stage(home: string, repository: string, sandbox: SandboxKind): Promise<Seen> {
  const team = teamThat(turnCount - 1, (turn) => [
    'view',
    { path: 'notes.md', from: turn * linesPerTurn, to: (turn + 1) * linesPerTurn - 1 },
  ]);
  const model = await startInstantModel(team, true);
  const { child, ended } = entropyRun(home, { repository, modelUrl: model.url, sandbox });
  const peak = peakBelow(child.pid ?? 0, 'task-image/main.ts');
  await ended;
  await model.close();
  const asked = model.asked.filter(({ system }) => system.startsWith('You are the coder'));
  if (asked.length !== turnCount) throw new Error(`the coder took ${asked.length} turns`);
  const overheads = between(asked);
  return { sandbox, overheads, share: sharedPrefix(asked), peak: peak() / 1024 ** 2 };
}

function overhead(sandbox: SandboxKind, value: number): Figure {
  const peer = [
    'mini-swe-agent (a fact, not measured here; Codex 87, Claude Code 134)',
    70,
  ] as const;
  const name = `overhead of a model turn, --sandbox ${sandbox}: view, gateway and ledger`;
  return figure({ name, value, unit: 'ms', peer, goal: ['value', 'most', 10] });
}

function memory(sandbox: SandboxKind, value: number): Figure {
  const peer = ['Codex (a fact, not measured here)', 150] as const;
  const name = `peak memory of a stage (VmHWM), --sandbox ${sandbox}`;
  return figure({ name, value, unit: 'MiB', peer, goal: ['value', 'most', 110] });
}

function prefix(share: Share | undefined): Figure {
  const { again = 0, before = 0, all = 1 } = share ?? {};
  const name = `input that the turn before began with as well, ${turnCount} turns`;
  const peer = [
    'all of the turn before, which is the most there can be',
    (100 * before) / all,
  ] as const;
  return figure({
    name,
    value: (100 * again) / all,
    unit: '%',
    peer,
    goal: ['value', 'least', 95],
  });
}

/** Milliseconds from each answer to the next question. */
function between(asked: readonly Asked[]): number[] {
  return asked.slice(1).map(({ arrivedAt }, n) => arrivedAt - (asked[n]?.answeredAt ?? 0));
}

/** Bytes of all requests but the first: in all, of the turns before, and the same as in the turn before. */
interface Share {
  readonly again: number;
  readonly before: number;
  readonly all: number;
}

function sharedPrefix(asked: readonly Asked[]): Share {
  const bodies = asked.map(({ body }) => Buffer.from(body));
  const pairs = bodies.slice(1).map((body, n) => [bodies[n] ?? Buffer.of(), body] as const);
  const sum = (of: (pair: readonly [Buffer, Buffer]) => number) =>
    pairs.reduce((total, pair) => total + of(pair), 0);
  return {
    again: sum(([before, body]) => commonPrefix(before, body)),
    before: sum(([before]) => before.length),
    all: sum(([, body]) => body.length),
  };
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const differs = a.findIndex((byte, at) => byte !== b[at]);
  return differs === -1 ? a.length : differs;
}
