import { existsSync, readdirSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { desk, jsonLines, outcomeOf } from '../command-line.ts';

const at = desk();
afterAll(() => at.remove());

test('the demo ends merged, says what is scripted, and leaves nothing behind', async () => {
  const end = await at.entropy(['demo', '--json'], { TMPDIR: at.home });
  expect(end.code).toBe(0);
  expect(outcomeOf(end)).toMatchObject({ outcome: 'merged', evidence: { verdict: 'good' } });
  expect(end.err).toMatch(/Scripted: the model's turns, nothing else/);
  const kinds = new Set(jsonLines(end).map(({ kind }) => kind));
  for (const kind of ['claim.acquired', 'model.called', 'evidence.judged', 'run.settled']) {
    expect(kinds).toContain(kind);
  }
  expect(existsSync(at.dataDir)).toBe(false);
  expect(readdirSync(at.home).filter((name) => name.startsWith('entropy'))).toEqual([]);
}, 180_000);
