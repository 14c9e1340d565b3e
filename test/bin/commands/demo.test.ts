import { existsSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk, jsonLines } from '../command-line.ts';

const at = desk();
afterAll(() => at.remove());

describe('demo', () => {
  test('ends all five issues as they should, says what is scripted, and leaves nothing behind', async () => {
    const end = await at.entropy(['demo', '--json'], { TMPDIR: at.home });
    const lines = jsonLines(end);
    const last = lines.at(-1);
    expect(last).toMatchObject({ type: 'outcome', outcome: 'passed' });
    const ends = Object.fromEntries(
      last.issues.map(
        (issue: { issue: string; outcome: string; evidence: { rounds: number } | null }) => [
          issue.issue,
          [issue.outcome, issue.evidence?.rounds],
        ],
      ),
    );
    expect(ends).toEqual({
      bug: ['merged', 1],
      feature: ['merged', 1],
      vague: ['handed-over', 1],
      refused: ['refused', undefined],
      review: ['handed-over', 2],
    });
    expect(end.code).toBe(0);
    expect(end.err).toMatch(/Scripted: the model's turns, nothing else/);
    const kinds = lines.map(({ kind }) => kind);
    for (const kind of ['claim.acquired', 'model.called', 'evidence.judged', 'run.settled']) {
      expect(kinds).toContain(kind);
    }
    expect(existsSync(at.dataDir)).toBe(false);
    expect(readdirSync(at.home).filter((name) => name.startsWith('entropy'))).toEqual([]);
  }, 400_000);

  test('shows one issue with its change and its proof', async () => {
    const end = await at.entropy(['demo', '--issue', 'bug'], { TMPDIR: at.home });
    expect(end.code).toBe(0);
    expect(end.out).toMatch(/\n\+ {2}at\.setUTCMonth\(at\.getUTCMonth\(\) \+ 1, 1\);/);
    expect(end.out).toMatch(/without the change failed, with it passed/);
    expect(end.out).toMatch(/bug +cron-lines +merged +good, 1 test +1 /);
    expect(end.err).toMatch(/^\d\d:\d\d:\d\d bug {6}ended: merged$/m);
  }, 400_000);

  test('knows its issues by name', async () => {
    const end = await at.entropy(['demo', '--issue', 'nonsense']);
    expect(end.code).toBe(2);
    expect(end.err).toMatch(/vague, review, feature, bug, refused/);
  });
});
