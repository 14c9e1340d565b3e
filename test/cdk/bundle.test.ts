import { describe, expect, test } from '@jest/globals';
import { bundle } from '../../lib/cdk/bundle.ts';
import { type Entry, functionShapes } from '../../lib/cdk/entry.ts';

const entries = [...new Set(Object.values(functionShapes).map(({ entry }) => entry))];
const KB = 1024;
const limits: Partial<Record<Entry, number>> = { webhook: 400 * KB };

describe.each(entries)('%s', (entry) => {
  const { text, inputs } = bundle(entry);

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
    const outside = [...text.matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(([, name]) => name ?? '');
    expect(outside.filter((name) => !name.startsWith('node:'))).toEqual([]);
  });
});
