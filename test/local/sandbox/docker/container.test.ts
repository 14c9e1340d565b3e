import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { containerArguments } from '../../../../lib/local/sandbox/docker/container.ts';

const container = {
  ...{ id: 'a'.repeat(32), run: 'r-1', stage: 'coder-1-1', image: 'sha256:1' },
  socketPath: '/data/gateway/1.sock',
  limits: { memoryBytes: 1024 ** 3, processes: 10 },
  programs: { mounts: [], inside: {} },
};
const args = containerArguments(container);
/** The values of an option, in order. */
const valuesOf = (name: string, all = args) =>
  all.flatMap((arg, n) => (arg === name ? [all[n + 1]] : []));

test('a container has no network, no way to more rights, and a root that nobody writes to', () => {
  expect(args[0]).toBe('run');
  expect(valuesOf('--network')).toEqual(['none']);
  expect(args).toContain('--read-only');
  expect(valuesOf('--cap-drop')).toEqual(['ALL']);
  expect(valuesOf('--cap-add')).toEqual(['SETUID', 'SETGID']);
  expect(valuesOf('--security-opt')).toEqual(['no-new-privileges']);
  expect(args.join(' ')).not.toMatch(
    /--privileged|docker\.sock|--publish|--device|seccomp|=host| host/,
  );
});

test('it has limits, and no swap beside its memory', () => {
  expect(valuesOf('--memory')).toEqual([String(1024 ** 3)]);
  expect(valuesOf('--memory-swap')).toEqual(valuesOf('--memory'));
  expect(valuesOf('--pids-limit')).toEqual(['320']);
  expect(Number(valuesOf('--cpus')[0])).toBeGreaterThan(0);
  expect(Number(valuesOf('--cpus')[0])).toBeLessThanOrEqual(4);
  expect(valuesOf('--ulimit')).toEqual([
    'core=0:0',
    'nofile=16384:16384',
    `fsize=${8 * 1024 ** 3}:${8 * 1024 ** 3}`,
  ]);
});

test("it is shown the gateway's socket and nothing else of the host, and writes to volumes of its own", () => {
  expect(valuesOf('--mount')).toEqual([
    'type=bind,source=/data/gateway/1.sock,target=/run/entropy/gateway.sock,readonly',
  ]);
  expect(valuesOf('--volume')).toEqual(['/workspace', '/tmp']);
  const more = { trustStore: '/etc/trust,"1".pem' };
  const engines = { mounts: [{ source: '/opt/x', target: '/run/x' }], inside: { codex: '/run/x' } };
  const shown = containerArguments({ ...container, ...more, programs: engines });
  expect(valuesOf('--mount', shown).slice(1)).toEqual([
    'type=bind,"source=/etc/trust,""1"".pem",target=/etc/ssl/certs/ca-certificates.crt,readonly',
    'type=bind,source=/opt/x,target=/run/x,readonly',
  ]);
  expect(valuesOf('--env', shown)).toContain('ENTROPY_ENGINES={"codex":"/run/x"}');
});

test('nothing secret is told to the engine, and it can be found by run and stage', () => {
  expect(valuesOf('--env')).toEqual([
    'ENTROPY_GATEWAY=unix:/run/entropy/gateway.sock',
    'ENTROPY_EGRESS=gateway',
    'ENTROPY_LIFE_LINE=stdin',
  ]);
  expect(valuesOf('--label')).toEqual([
    `entropy.sandbox=${container.id}`,
    'entropy.run=r-1',
    'entropy.stage=coder-1-1',
  ]);
  expect(valuesOf('--log-driver')).toEqual(['none']);
});

test("what it runs is what the image's own entry runs, as the same user with the same two capabilities", () => {
  const path = new URL('../../../../task-image/Dockerfile', import.meta.url);
  const text = readFileSync(path, 'utf8');
  const entry: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? '[]');
  const [user = ''] = (/^USER (\d+):\d+$/m.exec(text)?.slice(1) ?? []) as string[];
  const command = args.slice(args.indexOf('sha256:1') + 1);
  expect(valuesOf('--entrypoint')).toEqual(['/usr/bin/setpriv']);
  const given = (list: readonly string[]) =>
    list.filter((arg) => /^--(inh|ambient)-caps/.test(arg));
  expect(given(command)).toEqual(given(entry));
  expect(command).toEqual(expect.arrayContaining([`--reuid=${user}`, `--regid=${user}`]));
  expect(command.slice(command.indexOf('/usr/bin/env'))).toEqual(
    entry.slice(entry.indexOf('/usr/bin/env')),
  );
});
