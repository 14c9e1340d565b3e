import { afterAll, expect, test } from '@jest/globals';
import { desk, jsonLines } from '../bin/command-line.ts';

const at = desk();
afterAll(() => at.remove());

test('the demo ends as it should behind a boundary as well', async () => {
  const asked = ['demo', '--issue', 'bug', '--sandbox', 'bubblewrap', '--json'];
  const end = await at.entropy(asked, { TMPDIR: at.home });
  const lines = jsonLines(end);
  expect(lines.find(({ kind }) => kind === 'run.queued')?.data.settings).toMatchObject({
    sandbox: 'bubblewrap',
  });
  expect(lines.at(-1)).toMatchObject({ type: 'outcome', outcome: 'passed' });
  expect(end.err).toContain('The sandbox is "bubblewrap".');
  expect(end.code).toBe(0);
});
