import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (path: string) =>
  readFileSync(new URL(`../../task-image/${path}`, import.meta.url), 'utf8');
const dockerfile = read('Dockerfile');

test('nothing in the image runs as root, and tools get no privilege', () => {
  const users = [...dockerfile.matchAll(/^USER (.*)$/gm)].map(([, user]) => user);
  expect(users.at(-1)).toBe('10001:10001');
  const wrapper = JSON.parse(/ENTROPY_TOOL_WRAPPER='([^']+)'/.exec(dockerfile)?.[1] ?? '[]');
  expect(wrapper).toEqual(
    expect.arrayContaining(['--reuid=10002', '--regid=10002', '--no-new-privs', '--inh-caps=-all']),
  );
  expect(wrapper.at(-1)).toBe('--');
  expect(dockerfile).toMatch(/ENTROPY_TOOLS_USER=10002/);
  // Root's, and only the harness's group may start it.
  expect(dockerfile).toMatch(/-o root -g harness -m 0750 \S+ \/opt\/entropy\/bin\/start-harness/);
});

test('an init reaps, a signal opens no inspector, and nothing but the volumes is written to', () => {
  const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]');
  expect(entry[0]).toBe('/usr/bin/tini');
  expect(entry).toContain('--disable-sigusr1');
  expect(dockerfile).toMatch(/^VOLUME \["\/workspace", "\/tmp"\]$/m);
  expect(dockerfile).toMatch(/HOME=\/tmp\/home/);
});

test('only the bundle gets into it', () => {
  expect(
    read('.dockerignore')
      .split('\n')
      .filter((line) => !line.startsWith('#')),
  ).toEqual(['*', '!dist', '']);
  expect(dockerfile.match(/^COPY .*$/gm)).toEqual(['COPY dist/ /opt/entropy/']);
});
