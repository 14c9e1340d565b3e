import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileCache } from '../../lib/local/sandbox/compile-cache.ts';
import { type Benchmark, median, rounds } from './benchmark.ts';
import { figure } from './figure.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const intake = fileURLToPath(new URL('../../lib/services/intake/receive.ts', import.meta.url));

/**
 * How long Node takes to start and load the intake of webhooks with all that it imports, beside Node alone. Both
 * have what was compiled before, as the program does. It is a part of the webhook's bundle, which `bundles` loads whole.
 */
export const load: Benchmark = async ({ quick, say }) => {
  const started = (args: readonly string[]) => async () => {
    const began = performance.now();
    execFileSync(process.execPath, args, { env: compileCache(root) });
    return performance.now() - began;
  };
  const script = `await import(${JSON.stringify(intake)})`;
  const measures = {
    intake: started(['--input-type=module', '--eval', script]),
    bare: started(['--input-type=module', '--eval', '0']),
  };
  const taken = await rounds(quick ? 5 : 25, measures, { warm: true });
  say(`intake ${median(taken.intake)} ms, bare ${median(taken.bare)} ms`);
  return [
    figure({
      name: 'start of Node with the intake module',
      ...{ value: median(taken.intake), unit: 'ms', peer: ['bare Node', median(taken.bare)] },
      goal: ['ratio', 'most', 2],
    }),
  ];
};
