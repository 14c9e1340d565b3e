import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bundle, writeBundle } from '../../lib/cdk/bundle.ts';
import type { Entry } from '../../lib/cdk/entry.ts';
import { type Benchmark, median, rounds } from './benchmark.ts';
import { figure } from './figure.ts';

const entries: readonly Entry[] = [
  ...(['webhook', 'dispatch', 'lifecycle', 'close-stage'] as const),
  ...(['gateway', 'mint', 'ledger-writer', 'sweep'] as const),
];
/** Functions read their settings as they are loaded; none of these is called. */
const env = {
  PATH: process.env.PATH ?? '',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};

/** How long Node takes to load each function's bundle, beside Node alone: most of what a cold start is. */
export const bundles: Benchmark = async ({ quick, say }) => {
  const load = (file: string) => async () => {
    const script = `globalThis.awslambda={streamifyResponse:(x)=>x};await import(${JSON.stringify(file)}).catch((e)=>{if(e.name!=='ConfigInvalid')throw e})`;
    const began = performance.now();
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env });
    return performance.now() - began;
  };
  const bare = async () => {
    const began = performance.now();
    execFileSync(process.execPath, ['--input-type=module', '--eval', '0'], { env });
    return performance.now() - began;
  };
  const made = entries.map((name) => {
    const { folder } = writeBundle(bundle(name));
    return [name, load(join(folder, 'index.mjs'))] as const;
  });
  const measures = { ...Object.fromEntries(made), bare };
  const taken: Record<string, readonly number[]> = await rounds(quick ? 3 : 15, measures, {
    warm: true,
  });
  const alone = median(taken.bare ?? []);
  return entries.map((name) => {
    const value = median(taken[name] ?? []);
    say(`${name} ${value} ms, bare ${alone} ms`);
    const peer = ['bare Node', alone] as const;
    return figure({ name: `load of the bundle of ${name}`, value, unit: 'ms', peer });
  });
};
