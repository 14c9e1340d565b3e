import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, median } from './benchmark.ts';
import { entropyRun, repositoryOf } from './command.ts';
import { type Figure, figure } from './figure.ts';
import { type Asked, startInstantModel } from './instant-model.ts';
import { peakOfChildren } from './memory.ts';
import { teamThat, tiny } from './team.ts';

const turnCount = 30;
/** Lines that the coder looks at in a turn, about 1 KB: what a turn of work adds. */
const linesPerTurn = 20;

/** A stage of 30 turns whose model answers at once: what a turn takes, what is sent again, what memory it needs. */
export const turns: Benchmark = async ({ quick, folder, say }) => {
  const notes = Array.from({ length: 2_000 }, (_, n) => `Line ${n + 1}: ${'some text '.repeat(4)}`);
  const files = { ...tiny, 'notes.md': `${notes.join('\n')}\n` };
  const repository = repositoryOf(join(folder, 'sums'), files);
  const team = teamThat(turnCount - 1, (turn) => [
    'view',
    { path: 'notes.md', from: turn * linesPerTurn, to: (turn + 1) * linesPerTurn - 1 },
  ]);
  const overheads: number[] = [];
  const shares: Share[] = [];
  const peaks: number[] = [];
  for (let round = 1; round <= (quick ? 1 : 5); round += 1) {
    const model = await startInstantModel(team, true);
    const home = join(folder, `run-${round}`);
    mkdirSync(home);
    const { child, ended } = entropyRun(home, repository, model.url);
    const peak = peakOfChildren(child.pid ?? 0, 'task-image/main.ts');
    await ended;
    peaks.push(peak() / 1024 ** 2);
    const asked = model.asked.filter(({ system }) => system.startsWith('You are the coder'));
    if (asked.length !== turnCount) throw new Error(`the coder took ${asked.length} turns`);
    overheads.push(...between(asked));
    shares.push(sharedPrefix(asked));
    await model.close();
    say(
      `round ${round}: ${median(overheads).toFixed(1)} ms a turn, ${peaks.at(-1)?.toFixed(0)} MB`,
    );
  }
  return [overhead(median(overheads)), prefix(shares[0]), memory(median(peaks))];
};

function overhead(value: number): Figure {
  const peer = [
    'mini-swe-agent (a fact, not measured here; Codex 87, Claude Code 134)',
    70,
  ] as const;
  const name = 'overhead of a model turn: view, gateway and ledger';
  return figure({ name, value, unit: 'ms', peer, goal: ['value', 'most', 10] });
}

function memory(value: number): Figure {
  const peer = ['Codex (a fact, not measured here)', 150] as const;
  const name = 'peak memory of a stage (VmHWM)';
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
