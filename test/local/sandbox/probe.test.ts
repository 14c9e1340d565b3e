import { expect, test } from '@jest/globals';
import { probeSandbox } from '../../../lib/local/sandbox/probe.ts';

test('a process works anywhere and says that it is no boundary', async () => {
  const probe = await probeSandbox('process');
  expect(probe.works).toBe(true);
  expect(probe.reason).toContain('no boundary');
});

test('bubblewrap works, or it is said how to mend it', async () => {
  const { works, reason } = await probeSandbox('bubblewrap');
  expect(reason).toMatch(works ? /^bubblewrap: / : /`--sandbox process`/);
});
