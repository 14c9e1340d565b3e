// `npm run bench [-- --only NAME] [--sandbox KIND] [--quick]`: one JSON array on standard output, progress on standard error.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import type { Figure } from './figure.ts';

/** Loaded one by one, so that a benchmark carries no other's modules while it measures. */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  webhook: async () => (await import('./webhook.ts')).webhook,
  load: async () => (await import('./load.ts')).load,
  bundles: async () => (await import('./bundles.ts')).bundles,
  'first-call': async () => (await import('./first-call.ts')).firstCall,
  turns: async () => (await import('./turns.ts')).turns,
  lifecycle: async () => (await import('./lifecycle.ts')).lifecycle,
  claims: async () => (await import('./claims.ts')).claims,
  ledger: async () => (await import('./ledger.ts')).ledger,
  queue: async () => (await import('./queue.ts')).queue,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    sandbox: { type: 'string', multiple: true, default: ['process'] },
    quick: { type: 'boolean' },
  },
});
const names = values.only ?? Object.keys(benchmarks);
const unknown = names.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown !== undefined) {
  console.error(`no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}

const kinds = ['process', 'bubblewrap'] as const;
const sandboxes = kinds.filter((kind) => values.sandbox.includes(kind));
if (values.sandbox.some((kind) => !kinds.some((known) => known === kind))) {
  console.error(`--sandbox is one of ${kinds.join(', ')}; it may be repeated`);
  process.exit(2);
}

const root = mkdtempSync(join(tmpdir(), 'entropy-bench-'));
const figures: Figure[] = [];
try {
  for (const name of names) {
    const say = (line: string) => console.error(`${name}: ${line}`);
    const folder = join(root, name);
    mkdirSync(folder);
    const measure = await benchmarks[name]?.();
    const quick = values.quick === true;
    figures.push(...((await measure?.({ quick, sandboxes, folder, say })) ?? []));
  }
} catch (error) {
  // What was measured by then is told.
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}
console.log(JSON.stringify(figures, null, 2));
