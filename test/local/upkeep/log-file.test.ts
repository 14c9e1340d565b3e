import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { StorageFailed } from '../../../lib/domain/errors.ts';
import { openLogFile } from '../../../lib/local/upkeep/log-file.ts';
import { dataFolder } from '../store/open-stores.ts';

const root = dataFolder();
const text = (path: string) => readFileSync(path, 'utf8');

test('stays within its size, the newest of the old ones first', () => {
  const path = join(root, 'small', 'serve.log');
  const log = openLogFile(path, { maxBytes: 10, keep: 2 });
  for (const line of ['one--\n', 'two--\n', 'three\n', 'four-\n'])
    expect(log.write(line)).toBe(true);
  log.close();
  expect(text(path)).toBe('four-\n');
  expect(text(`${path}.1`)).toBe('three\n');
  expect(text(`${path}.2`)).toBe('two--\n');
  expect(existsSync(`${path}.3`)).toBe(false);
});

test('goes on where it was, for this user alone; a long line is not cut', () => {
  const path = join(root, 'serve.log');
  writeFileSync(path, 'before\n');
  chmodSync(path, 0o644);
  const log = openLogFile(path, { maxBytes: 20, keep: 1 });
  log.write('after\n');
  expect(text(path)).toBe('before\nafter\n');
  expect(statSync(path).mode & 0o077).toBe(0);
  log.write(`${'x'.repeat(100)}\n`);
  expect(text(path)).toBe(`${'x'.repeat(100)}\n`);
  expect(text(`${path}.1`)).toBe('before\nafter\n');
  log.close();
});

test('a file that can not be made is told at once; later a lost line ends nothing', () => {
  const folder = join(root, 'a-file');
  writeFileSync(folder, '');
  expect(() => openLogFile(join(folder, 'serve.log'))).toThrow(StorageFailed);
  const gone = join(root, 'gone', 'serve.log');
  const log = openLogFile(gone, { maxBytes: 5, keep: 1 });
  log.write('first\n');
  rmSync(join(root, 'gone'), { recursive: true });
  expect(log.write('second\n')).toBe(false);
  expect(log.write('third\n')).toBe(false);
});
