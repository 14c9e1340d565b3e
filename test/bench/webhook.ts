import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, median, percentile, rounds } from './benchmark.ts';
import { figure } from './figure.ts';
import { installed } from './installed.ts';
import { type Child, startChild } from './webhook/child.ts';
import { deliverAll, deliveries } from './webhook/deliver.ts';

const connections = 32;
const peer = 'Probot 14, verification only';

/** Processor time and latency of a webhook that is durable when it is answered, beside Probot's verification. */
export const webhook: Benchmark = async ({ quick, folder, say }) => {
  const probot = installed(join(folder, 'probot'), 'probot@14', say);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const secret = randomBytes(32).toString('hex');
  const our = await startChild(new URL('./webhook/our-entry.ts', import.meta.url), [
    dataDir,
    secret,
  ]);
  const their = await startChild(new URL('./webhook/probot-entry.ts', import.meta.url), [
    probot,
    secret,
  ]);
  const count = quick ? 300 : 2_000;
  const latencies = { our: [] as number[], their: [] as number[] };
  const measure = (name: 'our' | 'their', child: Child) => async (round: number) => {
    const sent = deliveries(count, round * count + 1, secret);
    const before = await child.cpu();
    const taken = await deliverAll(child.url, sent, connections);
    if (round > 0) latencies[name].push(...taken);
    return ((await child.cpu()) - before) / count;
  };
  try {
    const measures = { our: measure('our', our), their: measure('their', their) };
    const cpu = await rounds(quick ? 2 : 7, measures, { warm: true, say });
    const at = (share: number) => ({
      unit: 'ms',
      value: percentile(latencies.our, share),
      peer: [peer, percentile(latencies.their, share)] as const,
    });
    return [
      figure({
        ...{ name: 'webhook accepted durably: processor time', unit: 'µs' },
        ...{ value: median(cpu.our), peer: [peer, median(cpu.their)] },
        goal: ['ratio', 'most', 0.8],
      }),
      figure({ name: `webhook accepted durably: p50, ${connections} at a time`, ...at(0.5) }),
      figure({ name: `webhook accepted durably: p99, ${connections} at a time`, ...at(0.99) }),
    ];
  } finally {
    await Promise.all([our.end(), their.end()]);
  }
};
