import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync, type Metafile } from 'esbuild';
import type { Entry } from './entry.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Where the SDK looks for credentials after the environment, loaded only when it gets there: a function has its
 * own in the environment (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
 */
const otherCredentials = ['ini', 'sso', 'login', 'process', 'web-identity', 'http']
  .map((name) => `@aws-sdk/credential-provider-${name}`)
  .concat('@smithy/credential-provider-imds');

/** What esbuild made of an entry. */
export interface Bundle {
  /** ES modules by file name, minified: `index.mjs`, and what is loaded only if it comes to that. */
  readonly files: ReadonlyMap<string, string>;
  /** Bytes that are loaded before the first call. */
  readonly startBytes: number;
  /** Source files that are in it, relative to the project's folder. */
  readonly inputs: readonly string[];
  /** Packages that are not in it; `late` where they are loaded only if it comes to that. */
  readonly outside: readonly { readonly path: string; readonly late: boolean }[];
}

/**
 * Bundles `lambdas/NAME.ts` with all it needs. The SDK is in it: the runtime's own changes under us, and is
 * slower to load. What the code imports late, as the SDKs of models, is a module of its own. Throws esbuild's
 * `BuildFailure`.
 */
export function bundle(entry: Entry): Bundle {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: { index: `lambdas/${entry}.ts` },
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: 'bundle',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    // Class names are the names of errors that the lifecycle catches.
    keepNames: true,
    mainFields: ['module', 'main'],
    external: otherCredentials,
    banner: {
      // CommonJS inside asks for Node's own modules by `require`, which a module does not have.
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  const outside = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !isBuiltin(path))
    .map(({ path, kind }) => ({ path, late: kind === 'dynamic-import' }));
  return {
    files: new Map(outputFiles.map(({ path, text }) => [basename(path), text])),
    startBytes: startBytes(metafile.outputs),
    inputs: Object.keys(metafile.inputs),
    outside,
  };
}

/** The entry and all that it imports before it runs. */
function startBytes(outputs: Metafile['outputs']): number {
  const loaded = new Set(['bundle/index.mjs']);
  for (const path of loaded) {
    for (const { kind, path: next } of outputs[path]?.imports ?? []) {
      if (kind !== 'dynamic-import' && next in outputs) loaded.add(next);
    }
  }
  return [...loaded].reduce((bytes, path) => bytes + (outputs[path]?.bytes ?? 0), 0);
}

/** The bundle as what a function runs. Equal text is an equal asset, whichever machine makes it. */
export function bundledCode(entry: Entry): Code {
  const { folder, hash } = writeBundle(bundle(entry));
  return Code.fromAsset(folder, { assetHash: hash });
}

/** Puts a bundle's files into a folder of their own, named by what is in them, and says which. */
export function writeBundle({ files }: Bundle): {
  readonly folder: string;
  readonly hash: string;
} {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  const folder = join(root, 'node_modules', '.cache', 'entropy', 'functions', hash);
  if (existsSync(folder)) return { folder, hash };
  // All at once: another process may be at the same.
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  for (const [name, text] of sorted) writeFileSync(join(made, name), text);
  try {
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return { folder, hash };
}
