import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { environmentNames } from '../../lib/aws/environment-names.ts';
import { bundle } from '../../lib/cdk/bundle.ts';
import { type Entry, functionShapes } from '../../lib/cdk/entry.ts';
import { synthesized } from './synthesized.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const told = synthesized({ appId: '1', runSettings: '{}' });
const entries = [...new Set(Object.values(functionShapes).map(({ entry }) => entry))];
const KB = 1024;
const limits: Partial<Record<Entry, number>> = { webhook: 400 * KB };

describe.each(entries)('%s', (entry) => {
  const { text, inputs, outside } = bundle(entry);

  test('is small', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limits[entry] ?? 1024 * KB);
  });

  test('holds nothing that belongs elsewhere', () => {
    const foreign =
      /(^|\/)(lib\/(local|cdk|agent)\/|bin\/|test\/|task-image\/|node_modules\/(aws-cdk-lib|constructs|esbuild|commander)\/)/;
    expect(inputs.filter((path) => foreign.test(path))).toEqual([]);
  });

  test('is one module that carries all it needs', () => {
    expect(text).toMatch(/export\s*\{[^}]*\bhandler\b/);
    // But for where the SDK looks for credentials when a function has none.
    const others = outside.filter(({ path }) => !/credential-provider/.test(path));
    expect(others).toEqual([]);
    expect(outside.filter(({ late }) => !late)).toEqual([]);
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
