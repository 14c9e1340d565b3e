import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { processesWith, type Rig, rigOf, until } from '../../local/sandbox/rig.ts';

const rigs: Rig[] = [];
afterAll(async () => {
  for (const rig of rigs) await rig.remove();
});
async function rig(script: string, kind: 'bubblewrap' | 'process'): Promise<Rig> {
  const made = await rigOf(script, kind);
  rigs.push(made);
  // Bubblewrap wants something at the gateway's place; nobody asks it.
  writeFileSync(made.options.gateway.socketPath, '');
  return made;
}
const kinds = ['bubblewrap', 'process'] as const;

// Each attack ends by itself soon after it should have been ended, so that a limit that fails hurts nobody.
describe.each(kinds)('in %s', (kind) => {
  test('a fork bomb gets its stage ended, and no process of it is left', async () => {
    const name = `bomb-${kind}-${process.pid}`;
    const made = await rig(
      `
      import { spawn } from 'node:child_process';
      // Never more than 120 of them, for a minute.
      for (let n = 0; n < 120; n += 1) spawn('/bin/sh', ['-c', 'sleep 60 & wait', '${name}'], { stdio: 'ignore', detached: true });
      setTimeout(() => process.exit(0), 60_000);
    `,
      kind,
    );
    expect(await made.run({ limits: { processes: 40 } })).toMatchObject({ ended: 'limit' });
    await until(() => processesWith(name).length === 0);
  });

  test('a disk filler gets its stage ended, and its files are gone', async () => {
    const made = await rig(
      `
      import fs from 'node:fs';
      // Never more than 400 MB.
      const chunk = Buffer.alloc(4 * 1024 ** 2, 1);
      for (let n = 0; n < 100; n += 1) { fs.writeFileSync('fill-' + n, chunk); await new Promise((done) => setTimeout(done, 40)); }
      setTimeout(() => process.exit(0), 60_000);
    `,
      kind,
    );
    const ending = await made.run({ limits: { diskBytes: 64 * 1024 ** 2 } });
    expect(ending).toEqual({ ended: 'limit', detail: 'more than 64 MiB of disk' });
    const work = join(made.dataDir, 'work');
    expect(
      existsSync(work)
        ? readdirSync(work, { recursive: true }).filter((name) => String(name).includes('fill-'))
        : [],
    ).toEqual([]);
  });

  test('endless output gets its stage ended', async () => {
    const made = await rig(
      `
      const line = 'x'.repeat(65_536);
      for (let n = 0; n < 600; n += 1) { process.stdout.write(line); await new Promise((done) => setTimeout(done, 5)); }
      setTimeout(() => process.exit(0), 60_000);
    `,
      kind,
    );
    expect(await made.run({ limits: { outputBytes: 1024 ** 2 } })).toMatchObject({
      ended: 'limit',
    });
  });

  test('a daemon that hides outlives its stage by nothing', async () => {
    const name = `97${process.pid}`;
    const made = await rig(
      `
      import { spawn } from 'node:child_process';
      spawn('/bin/sh', ['-c', 'setsid -f sh -c "exec sleep ${name}"'], { detached: true, stdio: 'ignore' });
      await import('./gate.ts');
      process.exit(0);
    `,
      kind,
    );
    const running = made.run();
    await until(() => processesWith(`sleep ${name}`).length > 0);
    made.openGate();
    expect(await running).toEqual({ ended: 'exited', detail: 'exit code 0' });
    await until(() => processesWith(`sleep ${name}`).length === 0);
  });
});
