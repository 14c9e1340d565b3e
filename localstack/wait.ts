import { setTimeout as sleep } from 'node:timers/promises';
import { connectPlayground } from '../lib/local/playground/remote.ts';
import { githubFolder } from './local-state.ts';

/** Waits until emulator and playground answer, a minute at most. */
const port = process.env.ENTROPY_EMULATOR_PORT ?? '4566';
const checks = [
  () => fetch(`http://127.0.0.1:${port}/_ministack/ready`),
  async () => fetch((await connectPlayground(githubFolder)).apiUrl),
];
for (const check of checks) {
  for (let n = 0; n < 600; n += 1) {
    const answered = await check().then(
      () => true,
      () => false,
    );
    if (answered) break;
    await sleep(100);
  }
}
