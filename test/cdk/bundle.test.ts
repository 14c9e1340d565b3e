import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { environmentNames } from '../../lib/aws/environment-names.ts';
import { bundle, writeBundle } from '../../lib/cdk/bundle.ts';
import { type Entry, functionShapes } from '../../lib/cdk/entry.ts';
import { synthesized } from './synthesized.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const told = synthesized({ appId: '1', runSettings: '{}' });
const someEnvironment = Object.fromEntries(
  Object.values(environmentNames).map((name) => [
    name,
    name === environmentNames.runSettings ? '' : '1',
  ]),
);
const entries = [...new Set(Object.values(functionShapes).map(({ entry }) => entry))];
const KB = 1024;
const limits: Partial<Record<Entry, number>> = { webhook: 400 * KB };

describe.each(entries)('%s', (entry) => {
  const { files, startBytes, inputs, outside } = bundle(entry);

  test('is small', () => {
    const most = limits[entry] ?? 1024 * KB;
    expect(startBytes).toBeLessThanOrEqual(most);
    for (const [, text] of files) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
  });

  test('holds nothing that belongs elsewhere', () => {
    const foreign =
      /(^|\/)(lib\/(local|cdk|agent)\/|bin\/|test\/|task-image\/|node_modules\/(aws-cdk-lib|constructs|esbuild|commander)\/)/;
    expect(inputs.filter((path) => foreign.test(path))).toEqual([]);
  });

  test('carries all it needs', () => {
    expect(files.get('index.mjs')).toMatch(/export\s*\{[^}]*\bhandler\b/);
    // But for where the SDK looks for credentials when a function has none.
    const others = outside.filter(({ path }) => !/credential-provider/.test(path));
    expect(others).toEqual([]);
    expect(outside.filter(({ late }) => !late)).toEqual([]);
  });

  test('is loaded by Node as it is, with the environment that the stack gives', () => {
    const { folder } = writeBundle({ files, startBytes, inputs, outside });
    const script = `globalThis.awslambda = { streamifyResponse: (handler) => handler };
      const { handler } = await import(${JSON.stringify(`${folder}/index.mjs`)});
      if (typeof handler !== 'function') throw new Error('no handler');`;
    const env = { PATH: process.env.PATH, AWS_REGION: 'eu-west-1', ...someEnvironment };
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, stdio: 'pipe' });
  });

  test('is told all that it needs of its environment', () => {
    const asked = new Set(
      inputs
        .filter((path) => !path.startsWith('node_modules/'))
        .flatMap((path) => [...read(path).matchAll(/\.needed\('(\w+)'\)/g)])
        .map(([, key]) => key as keyof typeof environmentNames),
    );
    const functions = Object.entries(functionShapes).filter(([, shape]) => shape.entry === entry);
    for (const [name] of functions) {
      const start = `Functions${name.replaceAll('-', '')}Function`;
      const made = told.of('AWS::Lambda::Function').find(([id]) => id.startsWith(start));
      const variables = made?.[1].Properties.Environment?.Variables ?? {};
      // Only who seals a ledger comes to ask for the key.
      if (!['dispatch', 'lifecycle', 'sweep'].includes(name)) asked.delete('signerKey');
      expect([...asked].filter((key) => !(environmentNames[key] in variables))).toEqual([]);
    }
  });
});
