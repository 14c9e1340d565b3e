import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Benchmark, median, rounds } from './benchmark.ts';
import type { Kind } from './claims/worker.ts';
import { figure } from './figure.ts';

const workers = 4;
const worker = fileURLToPath(new URL('./claims/worker.ts', import.meta.url));

/** Claims that several processes fight for in one file, beside the barest conditional writes on it. */
export const claims: Benchmark = async ({ quick, folder, say }) => {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const children: ChildProcess[] = [];
  for (let n = 0; n < workers; n += 1) {
    const child = fork(worker, [dataDir, `worker-${n}`], { stdio: ['ignore', 2, 2, 'ipc'] });
    children.push(child);
    await once(child, 'message');
  }
  const ms = quick ? 500 : 2_000;
  const perSecond = (kind: Kind) => async () => {
    const done = children.map((child) => once(child, 'message'));
    const until = Date.now() + ms;
    for (const child of children) child.send({ kind, until });
    const counts = (await Promise.all(done)).map(([count]) => Number(count));
    return counts.reduce((sum, count) => sum + count, 0) / (ms / 1000);
  };
  try {
    const measures = { claims: perSecond('claims'), raw: perSecond('raw') };
    const taken = await rounds(quick ? 3 : 9, measures, { warm: true, say });
    return [
      figure({
        name: `claims taken and released by ${workers} processes on one file`,
        ...{ value: median(taken.claims), unit: '1/s' },
        peer: ['raw conditional writes on the same file', median(taken.raw)],
        goal: ['ratio', 'least', 0.9],
      }),
    ];
  } finally {
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
};
