import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'localstack', 'embedded');
const read = (path: string) => readFileSync(path, 'utf8');
const compose = parse(read(join(folder, 'docker-compose.yml')));
const { serve } = compose.services;

test('the container is given only what serve knows, and every secret as a file', () => {
  const known = read(join(root, 'lib', 'config.ts'));
  const names = Object.keys(serve.environment);
  expect(names.filter((name) => !known.includes(name.replace(/_FILE$/, '')))).toEqual([]);
  const files = Object.values<string>(serve.environment).filter((value) =>
    value.startsWith('/run/secrets/'),
  );
  expect([...new Set(files)].map((file) => file.split('/').at(-1)).sort()).toEqual(
    serve.secrets.toSorted(),
  );
  expect(Object.keys(compose.secrets).sort()).toEqual(serve.secrets.toSorted());
  expect(names.filter((name) => /KEY|SECRET|TOKEN/.test(name) && !name.endsWith('_FILE'))).toEqual(
    [],
  );
});

test('it is built from this repository, of what is there', () => {
  const { context, dockerfile } = serve.build;
  expect(resolve(folder, context)).toBe(resolve(root));
  const lines = read(join(root, dockerfile)).split('\n');
  const copied = lines
    .filter((line) => line.startsWith('COPY'))
    .flatMap((line) => line.split(' ').slice(1, -1));
  const taken = read(join(folder, 'Dockerfile.dockerignore')).split('\n');
  for (const path of copied) {
    expect(existsSync(join(root, path))).toBe(true);
    expect(taken).toContain(`!${path}`);
  }
  // Not as root.
  expect(lines.findLast((line) => line.startsWith('USER'))).toBe('USER $UID:$GID');
});

test('it asks after its health in a way that Node understands', () => {
  const [kind, ...command] = serve.healthcheck.test;
  expect([kind, ...command.slice(0, 2)]).toEqual(['CMD', 'node', '-e']);
  expect(() => new Function(command[2])).not.toThrow();
  expect(command[2]).toContain('/healthz');
});
