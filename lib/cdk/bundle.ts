import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
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
  /** One ES module, minified, with all it needs. */
  readonly text: string;
  /** Source files that are in it, relative to the project's folder. */
  readonly inputs: readonly string[];
  /** Packages that are not in it; `late` where they are loaded only if it comes to that. */
  readonly outside: readonly { readonly path: string; readonly late: boolean }[];
}

/**
 * Bundles `lambdas/NAME.ts` into one module. The SDK is in it: the runtime's own changes under us, and is
 * slower to load. Throws esbuild's `BuildFailure`.
 */
export function bundle(entry: Entry): Bundle {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [`lambdas/${entry}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    outfile: `${entry}.mjs`,
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
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs), outside };
}

/** The bundle as what a function runs. Equal text is an equal asset, whichever machine makes it. */
export function bundledCode(entry: Entry): Code {
  const { text } = bundle(entry);
  const hash = createHash('sha256').update(text).digest('hex');
  const folder = join(root, 'node_modules', '.cache', 'entropy', 'functions', hash);
  if (!existsSync(join(folder, 'index.mjs'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), text);
  }
  return Code.fromAsset(folder, { assetHash: hash });
}
