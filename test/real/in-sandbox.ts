import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { LocalSandboxKind } from '../../lib/domain/run.ts';
import { defaultLimits } from '../../lib/domain/stage.ts';
import type { DockerSettings } from '../../lib/local/sandbox/docker/engine.ts';
import { localSandboxes } from '../../lib/local/sandbox/local-sandboxes.ts';
import { playStage } from '../agent/fixtures/stage.ts';
import { noDocker } from '../local/sandbox/rig.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Plays a stage as a real sandbox of this kind, with the real entry. */
export async function inSandbox(
  kind: LocalSandboxKind,
  given: Omit<Parameters<typeof playStage>[0], 'first' | 'unix'>,
  check: Parameters<typeof playStage>[1],
  docker: DockerSettings = noDocker,
): Promise<void> {
  const first: Parameters<typeof playStage>[0]['first'] = async (at) => {
    const { role } = at.stage;
    const sandboxes = localSandboxes({
      kindOf: () => kind,
      dataDir: at.world.dataDir,
      gateway: { url: at.url, socketPath: at.socketPath },
      harness: { node: realpathSync(process.execPath), main: `${root}/task-image/main.ts`, root },
      docker,
      hostEnv: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    });
    const { bootCode, stage } = at;
    const { signal } = new AbortController();
    const ending = await sandboxes.run({
      attempt: stage,
      bootCode,
      limits: defaultLimits[role],
      signal,
    });
    const log = readFileSync(join(at.world.dataDir, 'runs', stage.run, `${role}-1-1.log`), 'utf8');
    expect([log, ending.detail]).toEqual([
      expect.not.stringMatching(/harness: \w+:/),
      'exit code 0',
    ]);
    expect(ending).toMatchObject({ ended: 'exited', detail: 'exit code 0' });
  };
  await playStage({ ...given, unix: true, first }, check);
}
