import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../lib/config.ts';
import { NotFound } from '../../lib/domain/errors.ts';
import { type Continuation, type Run, runIdOf } from '../../lib/domain/run.ts';
import { runFolder } from '../../lib/local/compose.ts';
import { onDisk } from '../../lib/local/storage-errors.ts';
import { type Records, withStores } from './records.ts';

/**
 * A new run on the issue of one that has ended, a local one is copied; `continuing` says what it has from
 * that one. Throws `NotFound`.
 */
export async function runAgain(
  config: Config,
  run: Run,
  continuing: (stores: Records, run: Run, id: string) => Promise<Continuation | undefined>,
): Promise<Omit<Run, 'status' | 'createdAt'>> {
  const { repository, issue, settings } = run;
  const by = await withStores(config, (stores) => stores.by());
  const trigger = { kind: 'cli', id: randomUUID(), by } as const;
  const id = runIdOf(repository, issue, trigger.id);
  if (repository.forge === 'local') {
    await onDisk(runFolder(config.dataDir, id), async () => copyIssue(config, run.id, id));
  }
  const continues = await withStores(config, (stores) => continuing(stores, run, id));
  const more = continues === undefined ? {} : { continues };
  return { id, repository, issue, trigger, settings, ...more };
}

function copyIssue({ dataDir }: Config, from: string, to: string): void {
  const file = join(runFolder(dataDir, from), 'issue.md');
  if (!existsSync(file)) throw new NotFound(`the issue of ${from} is gone: ${file}`);
  mkdirSync(runFolder(dataDir, to), { recursive: true, mode: 0o700 });
  copyFileSync(file, join(runFolder(dataDir, to), 'issue.md'));
}
