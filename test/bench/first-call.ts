import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxKind } from '../../lib/domain/run.ts';
import { type Benchmark, median, rounds } from './benchmark.ts';
import { entropyRun, repositoryOf } from './command.ts';
import { figure } from './figure.ts';
import { startInstantModel } from './instant-model.ts';
import { teamThat, tiny } from './team.ts';

/** Time from the start of `entropy run` until its first model call is at the model's server. */
export const firstCall: Benchmark = async ({ quick, sandboxes, folder, say }) => {
  const repository = repositoryOf(join(folder, 'sums'), tiny);
  const run = (sandbox: SandboxKind) => async (round: number) => {
    let called = () => {};
    const arrived = new Promise<void>((resolve) => {
      called = resolve;
    });
    const team = teamThat();
    const model = await startInstantModel((system, turn) => {
      called();
      return team(system, turn);
    });
    const home = join(folder, `${sandbox}-${round}`);
    mkdirSync(home);
    const how = { repository, modelUrl: model.url, sandbox };
    const { ended, startedAt } = entropyRun(home, how);
    await Promise.race([arrived, ended]);
    const taken = performance.now() - startedAt;
    await ended;
    await model.close();
    return taken / 1000;
  };
  const bare = async () => {
    const began = performance.now();
    execFileSync(process.execPath, ['--eval', '0']);
    return (performance.now() - began) / 1000;
  };
  const measures = Object.fromEntries(sandboxes.map((sandbox) => [sandbox, run(sandbox)]));
  const taken: Record<string, readonly number[]> = await rounds(
    quick ? 2 : 9,
    { ...measures, bare },
    { warm: true, say },
  );
  return sandboxes.map((sandbox) =>
    figure({
      name: `entropy run --sandbox ${sandbox}: process start to first model call`,
      ...{ value: median(taken[sandbox] ?? []), unit: 's' },
      peer: ['start of bare Node', median(taken.bare ?? [])],
      goal: ['value', 'most', 0.7],
    }),
  );
};
