import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../lib/config.ts';
import { NotFound } from '../../lib/domain/errors.ts';
import { type Continuation, type Run, runIdOf } from '../../lib/domain/run.ts';
import { runFolder } from '../../lib/local/compose.ts';
import { withStores } from './records.ts';

type Stores = Parameters<Parameters<typeof withStores>[1]>[0];

/**
 * A new run on the local issue of one that has ended, which is copied; `continuing` says what it has from
 * that one. Throws `NotFound`.
 */
export async function runAgain(
  config: Config,
  run: Run,
  continuing: (stores: Stores, run: Run, id: string) => Promise<Continuation | undefined>,
): Promise<Omit<Run, 'status' | 'createdAt'>> {
  const { repository, issue, settings } = run;
  const trigger = { kind: 'cli', id: randomUUID(), by: userInfo().username } as const;
  const id = runIdOf(repository, issue, trigger.id);
  const from = join(runFolder(config.dataDir, run.id), 'issue.md');
  if (!existsSync(from)) throw new NotFound(`the issue of ${run.id} is gone: ${from}`);
  mkdirSync(runFolder(config.dataDir, id), { recursive: true, mode: 0o700 });
  copyFileSync(from, join(runFolder(config.dataDir, id), 'issue.md'));
  const continues = await withStores(config, (stores) => continuing(stores, run, id));
  const more = continues === undefined ? {} : { continues };
  return { id, repository, issue, trigger, settings, ...more };
}
