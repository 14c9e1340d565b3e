import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { composeDown } from './compose.ts';
import { end } from './emulator.ts';
import { localFolder, readState, removeState } from './local-state.ts';
import { run } from './run.ts';

/**
 * Ends what `up` started, the sandboxes that still run included, and removes what was kept of it:
 * `npm run local:down [-- --keep]`.
 */
async function down(keep: boolean): Promise<void> {
  const state = readState();
  if (state?.compose) await composeDown();
  for (const pid of [state?.pids.github, state?.pids.emulator]) {
    if (pid !== undefined) await end(pid);
  }
  if (state?.endpoint !== undefined) await endSandboxes(new URL(state.endpoint).port);
  removeState();
  if (!keep) rmSync(localFolder, { recursive: true, force: true });
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
