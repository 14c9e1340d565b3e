import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Environment, loadConfig } from '../lib/config.ts';
import { ConfigInvalid } from '../lib/domain/errors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'entropy-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const faultOf = (env: Environment) => {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigInvalid);
    return (error as Error).message;
  }
  throw new Error('accepted');
};

describe('loadConfig', () => {
  test('an empty environment is enough', () => {
    const config = loadConfig({ HOME: '/home/ada' });
    expect(config.dataDir).toBe('/home/ada/.local/share/entropy-playground');
    expect(config.secrets).toEqual({ webhook: [] });
    expect(config).toMatchObject({
      capacity: 2,
      leaseMs: 15_000,
      github: { apiUrl: 'https://api.github.com' },
    });
  });

  test('Docker is asked as its own program would, for an image that has a name', () => {
    const env = { HOME: '/h', PATH: '/bin', DOCKER_HOST: 'unix:///d.sock', OTHER: 'x' };
    expect(loadConfig(env).docker).toEqual({
      image: 'entropy-sandbox',
      env: { HOME: '/h', PATH: '/bin', DOCKER_HOST: 'unix:///d.sock' },
    });
    expect(loadConfig({ ENTROPY_SANDBOX_IMAGE: 'my/image:2' }).docker.image).toBe('my/image:2');
    expect(faultOf({ ENTROPY_SANDBOX_IMAGE: '--privileged' })).toMatch(/^ENTROPY_SANDBOX_IMAGE: /);
  });

  test('the option stands over the environment, that over the XDG folder', () => {
    const env = { HOME: '/h', XDG_DATA_HOME: '/x', ENTROPY_DATA_DIR: '/e' };
    expect(loadConfig(env, { dataDir: '/o' }).dataDir).toBe('/o');
    expect(loadConfig(env).dataDir).toBe('/e');
    expect(loadConfig({ HOME: '/h', XDG_DATA_HOME: '/x' }).dataDir).toBe('/x/entropy-playground');
  });

  test('a secret is read from its file, which stands over the variable', () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'from-file\n', { mode: 0o600 });
    const env = { ANTHROPIC_API_KEY: 'from-environment', ANTHROPIC_API_KEY_FILE: file };
    expect(loadConfig(env).secrets.anthropicKey).toBe('from-file');
    expect(loadConfig({ OPENAI_API_KEY: 'k' }).secrets.openaiKey).toBe('k');
    expect(loadConfig({ OPENAI_API_KEY: '' }).secrets.openaiKey).toBeUndefined();
  });

  test('a secret file that is empty or no file is a fault', () => {
    const file = join(folder, 'empty');
    writeFileSync(file, '\n', { mode: 0o600 });
    expect(faultOf({ ANTHROPIC_API_KEY_FILE: file })).toBe(
      `ANTHROPIC_API_KEY_FILE: ${file} is empty`,
    );
    expect(faultOf({ OPENAI_API_KEY_FILE: folder })).toMatch(/OPENAI_API_KEY_FILE: .*EISDIR/);
  });

  test('a secret file that others can read is refused, and the mend is told', () => {
    const file = join(folder, 'open');
    writeFileSync(file, 'do-not-tell\n');
    chmodSync(file, 0o640);
    expect(faultOf({ GITHUB_TOKEN_FILE: file })).toBe(
      `GITHUB_TOKEN_FILE: ${file} is readable to others: chmod 600 ${file}`,
    );
    chmodSync(file, 0o600);
    expect(loadConfig({ GITHUB_TOKEN_FILE: file }).secrets.githubToken).toBe('do-not-tell');
  });

  test("limits of time stand in place of each role's own only where they are set", () => {
    expect(loadConfig({}).limits).toEqual({});
    expect(loadConfig({ ENTROPY_COMMAND_MS: '3600000' }).limits).toEqual({ commandMs: 3_600_000 });
    expect(faultOf({ ENTROPY_STAGE_MS: '5' })).toMatch(/^ENTROPY_STAGE_MS: /);
  });

  test('all faults are told at once, by name, and no secret is', () => {
    const message = faultOf({
      ENTROPY_PORT: '99999',
      ENTROPY_CAPACITY: 'many',
      ENTROPY_APP_ID: 'x',
      ENTROPY_WEBHOOK_SECRET: 'short-secret',
      GITHUB_TOKEN_FILE: join(folder, 'missing'),
    });
    for (const name of [
      'ENTROPY_PORT',
      'ENTROPY_CAPACITY',
      'ENTROPY_APP_ID',
      'ENTROPY_WEBHOOK_SECRET',
      'GITHUB_TOKEN_FILE',
    ]) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('short-secret');
  });

  test('webhook secrets come current first', () => {
    const [a, b] = ['a'.repeat(32), 'b'.repeat(32)];
    const env = { ENTROPY_WEBHOOK_SECRET: a, ENTROPY_WEBHOOK_SECRET_PREVIOUS: b };
    expect(loadConfig(env).secrets.webhook).toEqual([a, b]);
  });
});
