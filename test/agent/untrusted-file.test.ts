import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { replaceUntrusted, untrustedTail, untrustedText } from '../../lib/agent/untrusted-file.ts';

const root = mkdtempSync(join(tmpdir(), 'entropy-untrusted-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string) => join(root, name);
writeFileSync(at('secret'), 'of the harness');

/** What a stranger's code may put in the place of a file. */
const put = {
  link: (path: string) => symlinkSync(at('secret'), path),
  folder: (path: string) => mkdirSync(path),
  pipe: (path: string) => execFileSync('mkfifo', [path]),
  nothing: () => undefined,
};
const kinds = Object.keys(put) as (keyof typeof put)[];

describe('reading', () => {
  test('gives a regular file, whole or its end', async () => {
    writeFileSync(at('file'), 'beginning and end');
    expect(await untrustedText(at('file'), 100)).toBe('beginning and end');
    expect(await untrustedText(at('file'), 16)).toBeUndefined();
    expect(await untrustedTail(at('file'), 3)).toBe('end');
    expect(await untrustedTail(at('file'), 100)).toBe('beginning and end');
  });

  test.each(kinds)('%s is not read, nor waited for', async (kind) => {
    const path = at(`read-${kind}`);
    put[kind](path);
    expect(await untrustedText(path, 100)).toBeUndefined();
    expect(await untrustedTail(path, 100)).toBeUndefined();
  });
});

test.each(kinds)('writing takes the place of %s, and goes nowhere else', async (kind) => {
  const path = at(`write-${kind}`);
  put[kind](path);
  await replaceUntrusted(path, 'ours');
  expect(readFileSync(path, 'utf8')).toBe('ours');
  expect(readFileSync(at('secret'), 'utf8')).toBe('of the harness');
});
