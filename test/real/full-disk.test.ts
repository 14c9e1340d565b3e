import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk } from '../bin/command-line.ts';
import { calls, codes, conversation, reads, reviews, submits } from '../bin/scripted-team.ts';
import { mended, repositoryAt, runBranches, stateOf } from '../bin/sums.ts';
import { startRun } from '../bin/team-run.ts';

const at = desk();
afterAll(() => at.remove());
const program = fileURLToPath(new URL('../../bin/entropy.ts', import.meta.url));

/** Runs with a data folder on a disk of so many bytes, which is bubblewrap's. */
async function onDiskOf(
  bytes: number,
  ...[repo, turns]: [string, Parameters<typeof startRun>[1]['turns']]
) {
  mkdirSync(at.dataDir, { recursive: true });
  const disk = ['--dev-bind', '/', '/', '--size', String(bytes), '--tmpfs', at.dataDir];
  const argv = ['bwrap', ...disk, '--die-with-parent', process.execPath, program];
  const started = await startRun(at, { repo, turns, argv });
  const end = await started.ended;
  await started.team.close();
  return end;
}

/** With the sizes that the stores have, from nothing at all to all but the last files. */
describe.each([4_096, 65_536, 400_000, 800_000])('a data folder on a disk of %i bytes', (bytes) => {
  test('ends the run by name, says what to do, and loses nothing of the user', async () => {
    const repo = repositoryAt(join(at.root, `repo-${bytes}`));
    const before = stateOf(repo);
    const end = await onDiskOf(bytes, repo, [reads, codes(mended), reviews('approve')]);
    expect(end.code).toBe(6);
    expect(end.err).toMatch(/StorageFailed: .*(the disk is full; free some space|No space left)/);
    expect(end.err).not.toMatch(/\n +at /);
    expect(end.err.split('\n').length).toBeLessThan(30);
    expect(stateOf(repo)).toEqual(before);
    expect(runBranches(repo)).toEqual([]);
  });
});

test("a disk that an agent's command fills is freed with its sandbox: the run goes on", async () => {
  const repo = repositoryAt(join(at.root, 'filled'));
  const before = stateOf(repo);
  const fills = conversation(
    'coder',
    calls(['shell', { command: 'head -c 200000000 /dev/zero > big.bin; echo filled' }]),
    submits,
  );
  const turns = [reads, fills, codes(mended), reviews('approve')];
  const end = await onDiskOf(30_000_000, repo, turns);
  expect(end.code).toBe(0);
  expect(stateOf(repo)).toEqual(before);
  expect(runBranches(repo)).toHaveLength(1);
});
