import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileCache } from '../../lib/local/sandbox/compile-cache.ts';
import { type Benchmark, median, rounds } from './benchmark.ts';
import { figure } from './figure.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const handler = fileURLToPath(new URL('../../lib/services/intake/receive.ts', import.meta.url));

/**
 * How long Node takes to start and load the webhook handler with all that it imports, beside Node alone.
 * Both have what was compiled before, as the program does.
 */
export const load: Benchmark = async ({ quick, say }) => {
  const started = (args: readonly string[]) => async () => {
    const began = performance.now();
    execFileSync(process.execPath, args, { env: compileCache(root) });
    return performance.now() - began;
  };
  const script = `await import(${JSON.stringify(handler)})`;
  const measures = {
    handler: started(['--input-type=module', '--eval', script]),
    bare: started(['--input-type=module', '--eval', '0']),
  };
  const taken = await rounds(quick ? 5 : 25, measures, { warm: true });
  say(`handler ${median(taken.handler)} ms, bare ${median(taken.bare)} ms`);
  return [
    figure({
      name: 'start of Node with the webhook handler',
      ...{ value: median(taken.handler), unit: 'ms', peer: ['bare Node', median(taken.bare)] },
      goal: ['ratio', 'most', 2],
    }),
  ];
};
