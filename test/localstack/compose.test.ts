import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const read = (path: string) =>
  readFileSync(new URL(`../../localstack/${path}`, import.meta.url), 'utf8');
const { services } = parse(read('docker-compose.yml'));

test('emulator and playground bind loopback alone, and only the emulator has the Docker socket', () => {
  for (const service of Object.values<Record<string, unknown>>(services)) {
    expect(service).toMatchObject({ network_mode: 'host', init: true });
    expect(service).not.toHaveProperty('ports');
    expect(service).not.toHaveProperty('privileged');
  }
  expect(services.emulator.environment).toMatchObject({ BIND_HOST: '127.0.0.1', AUTH: 'true' });
  const withSocket = Object.keys(services).filter((name) =>
    JSON.stringify(services[name]).includes('docker.sock'),
  );
  expect(withSocket).toEqual(['emulator']);
});

test('the emulator is a free one by default, another by variable, and of one version everywhere', () => {
  expect(services.emulator.image).toMatch(/^\$\{ENTROPY_EMULATOR_IMAGE:-entropy-emulator\}$/);
  const version = /^ministack\[full\]==(\S+)$/m.exec(read('emulator/requirements.txt'))?.[1];
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  const named = ['entropy_emulator.py', 'patching.py', 'lambda_functions.py'];
  for (const file of named) expect(read(`emulator/${file}`)).toContain(version);
  expect(read('differences.md')).toContain(`MiniStack ${version}`);
});
