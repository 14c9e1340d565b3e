import { userInfo } from 'node:os';
import { expect, test } from '@jest/globals';
import { userName } from '../../../bin/commands/user-name.ts';

test('a user is told by name, and by number where the machine has none', () => {
  expect(userName(() => ({ username: 'ada' }))).toBe('ada');
  const unknown = () => {
    throw new Error('ENOENT: no such file or directory, uv_os_get_passwd');
  };
  expect(userName(unknown)).toBe(`uid-${process.getuid?.()}`);
  expect([userInfo().username, `uid-${process.getuid?.()}`]).toContain(userName());
});
