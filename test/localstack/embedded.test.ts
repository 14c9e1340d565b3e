import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig, settingNames } from '../../lib/config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'localstack', 'embedded');
const read = (path: string) => readFileSync(path, 'utf8');
const compose = parse(read(join(folder, 'docker-compose.yml')));
const { serve } = compose.services;

/**
 * Not a server's in a container: where data is says the image, where runs are is for other commands, and no Docker is in
 * reach for the sandboxes.
 */
const elsewhere = [
  ...['ENTROPY_DATA_DIR', 'XDG_DATA_HOME', 'ENTROPY_PLACE', 'ENTROPY_DEPLOYMENT'],
  ...['ENTROPY_SANDBOX_IMAGE', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'],
];

/** What Compose makes of a value: `${NAME:-default}` and `${NAME:+instead}`, and no other form. */
function interpolated(value: string, env: Readonly<Record<string, string>>): string {
  const found = value.replace(/\$\{(\w+):([-+])([^${}]*)\}/g, (_all, name, sign, text) =>
    sign === '-' ? env[name] || text : env[name] ? text : '',
  );
  expect(found).not.toContain('$');
  return found;
}

test('file, config reader and docs have the same settings, and every secret comes as a file', () => {
  const { plain, secret } = settingNames;
  const given = plain.filter((name) => !elsewhere.includes(name));
  const files = secret.map((name) => `${name}_FILE`);
  expect(Object.keys(serve.environment).sort()).toEqual([...given, ...files].sort());
  const page = read(join(root, 'docs', 'configuration.md'));
  const [, section = ''] = page.split('## Environment');
  const told = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap(
      (line) => line.match(/`((?:ENTROPY|XDG|DOCKER)_[A-Z_]+|[A-Z_]+_(?:API_KEY|TOKEN))`/g) ?? [],
    )
    .map((name) => name.replaceAll('`', ''));
  expect(told.sort()).toEqual([...plain, ...secret].sort());
});

test('every secret that is mounted is named once, and is there under that name', () => {
  const all = Object.values<string>(serve.environment).join('\n');
  const mounted = [...all.matchAll(/\/run\/secrets\/([\w-]+)/g)].map(([, name]) => name);
  expect([...new Set(mounted)].sort()).toEqual(serve.secrets.toSorted());
  expect(Object.keys(compose.secrets).sort()).toEqual(serve.secrets.toSorted());
});

describe('what the server reads of it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'entropy-embedded-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  /** The server's configuration where the host has set this, with the mounted files in their places. */
  function configFor(env: Readonly<Record<string, string>>) {
    const mounted = Object.entries<{ file: string }>(compose.secrets).map(([name, { file }]) => {
      const source = interpolated(file, env);
      const place = join(dir, name);
      const written = source !== '/dev/null';
      if (written) writeFileSync(place, `of ${source} `.padEnd(40, '.'), { mode: 0o600 });
      return [`/run/secrets/${name}`, written ? place : source] as const;
    });
    const places = new Map<string, string>(mounted);
    const environment = Object.entries<string>(serve.environment).map(([name, value]) => {
      const text = interpolated(value, env);
      return [name, places.get(text) ?? text];
    });
    return loadConfig({ ...Object.fromEntries(environment), HOME: dir });
  }

  test('with nothing but the App', () => {
    const { github, secrets, port, capacity, reconcile } = configFor({ ENTROPY_APP_ID: '12' });
    expect({ port, capacity, reconcile }).toEqual({ port: 8787, capacity: 2, reconcile: {} });
    expect(github.appId).toBe('12');
    expect(secrets.appKey).toMatch(/^of \.\/secrets\/app-key\.pem/);
    expect(secrets.webhook).toEqual([expect.stringMatching(/^of \.\/secrets\/webhook-secret/)]);
    expect(secrets.githubToken).toBeUndefined();
  });

  test('each model server has its own key, and none where none is set', () => {
    const ANTHROPIC_API_KEY_FILE = '/keys/anthropic';
    const chain = configFor({
      ANTHROPIC_API_KEY_FILE,
      OPENAI_API_KEY_FILE: '/keys/openai',
    }).secrets;
    expect(chain.anthropicKey).toMatch(/^of \/keys\/anthropic/);
    expect(chain.openaiKey).toMatch(/^of \/keys\/openai/);
    expect(chain.compatibleKey).toBeUndefined();
    const one = configFor({ ANTHROPIC_API_KEY_FILE }).secrets;
    expect([one.openaiKey, one.compatibleKey]).toEqual([undefined, undefined]);
    const other = configFor({ OPENAI_COMPATIBLE_API_KEY_FILE: '/keys/vllm' }).secrets;
    expect(other.compatibleKey).toMatch(/^of \/keys\/vllm/);
    expect(other.anthropicKey).toBeUndefined();
  });

  test('with the secret before, a token and everything else', () => {
    const config = configFor({
      ENTROPY_WEBHOOK_SECRET_PREVIOUS_FILE: '/keys/previous',
      GITHUB_TOKEN_FILE: '/keys/token',
      ENTROPY_APP_KEY_FILE: '/dev/null',
      ENTROPY_REPOSITORIES: 'octo/calc',
      ENTROPY_RECONCILE_MINUTES: '3',
      ENTROPY_ENGINES: 'codex=/opt/codex',
      ENTROPY_LEASE_MS: '2000',
    });
    expect(config.secrets.webhook[1]).toMatch(/^of \/keys\/previous/);
    expect(config.secrets.githubToken).toMatch(/^of \/keys\/token/);
    expect(config.secrets.appKey).toBeUndefined();
    expect(config).toMatchObject({
      reconcile: { repositories: ['octo/calc'], minutes: 3 },
      engines: { codex: '/opt/codex' },
      leaseMs: 2000,
    });
  });
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
