import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { withJvmProxy } from '../../lib/agent/jvm-proxy.ts';

const HOME = mkdtempSync(join(tmpdir(), 'entropy-jvm-'));
const maven = join(HOME, '.m2/settings.xml');
const gradle = join(HOME, '.gradle/gradle.properties');
afterEach(() => rmSync(HOME, { recursive: true, force: true }));
const proxy = { HTTPS_PROXY: 'http://setup:s3cret@127.0.0.1:4321' };

test('Maven and Gradle are told of the proxy in files that are gone afterwards', async () => {
  await withJvmProxy({ HOME }, proxy, async () => {
    const settings = readFileSync(maven, 'utf8');
    expect(settings).toContain('<host>127.0.0.1</host><port>4321</port>');
    expect(settings).toContain('<username>setup</username><password>s3cret</password>');
    expect(readFileSync(gradle, 'utf8')).toContain('systemProp.https.proxyPassword=s3cret\n');
  });
  expect([maven, gradle].filter(existsSync)).toEqual([]);
  const fails = withJvmProxy({ HOME }, proxy, () => Promise.reject(new Error('no')));
  await expect(fails).rejects.toThrow('no');
  expect([maven, gradle].filter(existsSync)).toEqual([]);
});

test('settings that are there stay, and without a proxy nothing is written', async () => {
  mkdirSync(join(HOME, '.m2'), { recursive: true });
  writeFileSync(maven, 'own');
  await withJvmProxy({ HOME }, proxy, async () => expect(readFileSync(maven, 'utf8')).toBe('own'));
  await withJvmProxy({ HOME }, {}, async () => expect(existsSync(gradle)).toBe(false));
  expect(readFileSync(maven, 'utf8')).toBe('own');
});
