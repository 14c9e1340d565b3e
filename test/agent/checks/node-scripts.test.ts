import { expect, test } from '@jest/globals';
import { scriptText } from '../../../lib/agent/checks/node-scripts.ts';

test('scripts are written out with those that they call, and with their steps before and after', () => {
  const scripts = { test: 'npm run unit && echo done', preunit: 'tsc', unit: 'node --test' };
  expect(scriptText(scripts, 'test')).toBe('((tsc) && (node --test)) && echo done');
  expect(scriptText(scripts, 'lint')).toBeUndefined();
});

test('scripts that call each other many times over stay short', () => {
  const calling = (name: string) =>
    Array.from({ length: 200 }, () => `npm run ${name}`).join(' && ');
  const scripts = { test: calling('b'), b: calling('c'), c: calling('d'), d: calling('e'), e: 'x' };
  expect(scriptText(scripts, 'test')?.length).toBeLessThan(1_000_000);
});
