import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, median, rounds } from './benchmark.ts';
import { entropyRun, repositoryOf } from './command.ts';
import { figure } from './figure.ts';
import { startInstantModel } from './instant-model.ts';
import { teamThat, tiny } from './team.ts';

/** Time from the start of `entropy run` until its first model call is at the model's server. */
export const firstCall: Benchmark = async ({ quick, folder, say }) => {
  const repository = repositoryOf(join(folder, 'sums'), tiny);
  const run = async (round: number) => {
    let called = () => {};
    const arrived = new Promise<void>((resolve) => {
      called = resolve;
    });
    const team = teamThat();
    const model = await startInstantModel((system, turn) => {
      called();
      return team(system, turn);
    });
    const home = join(folder, `run-${round}`);
    mkdirSync(home);
    const { ended, startedAt } = entropyRun(home, repository, model.url);
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
  const taken = await rounds(quick ? 2 : 9, { run, bare }, { warm: true, say });
  return [
    figure({
      name: 'entropy run: process start to first model call',
      ...{ value: median(taken.run), unit: 's', peer: ['start of bare Node', median(taken.bare)] },
      goal: ['value', 'most', 0.7],
    }),
  ];
};
