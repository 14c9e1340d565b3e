import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeDown } from './compose.ts';
import { end } from './emulator.ts';
import { localFolder, readState, removeState } from './local-state.ts';
import { run } from './run.ts';

/**
 * Ends what `up` started, the sandboxes that still run included, and removes what it wrote; `--keep` leaves logs
 * and the playground's repositories.
 */
async function down(keep: boolean): Promise<void> {
  const state = readState();
  if (state?.compose) await composeDown();
  const { emulator, github } = state?.pids ?? {};
  if (isOurs(github, 'playground/serve.ts')) await end(github);
  if (isOurs(emulator, 'entropy_emulator.py')) await end(emulator);
  if (state?.endpoint !== undefined) await endSandboxes(new URL(state.endpoint).port);
  removeState();
  // What an emulator had is of no use to the next one: its keys are others.
  const gone = keep
    ? ['tmp', 'state', 's3', 'cdk.out'].map((name) => join(localFolder, name))
    : [localFolder];
  for (const folder of gone) rmSync(folder, { recursive: true, force: true });
}

/** Numbers of processes are given away again. */
function isOurs(pid: number | undefined, program: string): pid is number {
  if (pid === undefined) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
  } catch {
    return false;
  }
}

/** The emulator marks its containers; it ends them itself unless it was killed. */
async function endSandboxes(port: string): Promise<void> {
  const mark = ['--filter', `label=entropy.emulator-port=${port}`];
  const ids = await run(['docker', 'ps', '--all', '--quiet', ...mark]).catch(() => '');
  const listed = ids.split('\n').filter((id) => id !== '');
  if (listed.length > 0) await run(['docker', 'rm', '--force', '--volumes', ...listed]);
}

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
await down(values.keep);
