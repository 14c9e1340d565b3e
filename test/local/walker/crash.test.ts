import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WalkResult } from '../../../lib/local/walker/journal.ts';
import { walkCrashRun } from './crash-run.ts';

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
let root = '';
let whole: { result: WalkResult; points: number; effects: string[]; calls: number };
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'crash-'));
  const folder = mkdtempSync(join(root, 'whole-'));
  let points = 0;
  const result = await walkCrashRun({ folder, point: () => void points++ });
  whole = {
    result,
    points,
    effects: lines(folder, 'effects'),
    calls: lines(folder, 'calls').length,
  };
});
afterAll(() => rmSync(root, { recursive: true }));

function lines(folder: string, name: string): string[] {
  return readFileSync(join(folder, name), 'utf8').trim().split('\n').sort();
}

/** A process that walks the run until its nth point, where it is killed; false where it got to the end. */
async function killedAt(folder: string, point: number): Promise<boolean> {
  const started = spawn(process.execPath, ['--no-warnings', child, folder, String(point)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { NODE_COMPILE_CACHE: join(root, 'cache') },
  });
  const [code, signal] = await once(started, 'exit');
  if (signal !== 'SIGKILL') expect(code).toBe(0);
  return signal === 'SIGKILL';
}

const walkOn = (folder: string) => walkCrashRun({ folder, point: () => {} });

test('undisturbed, the run goes through every kind of state and each effect is seen once', () => {
  expect(whole.result).toMatchObject({
    status: 'SUCCEEDED',
    output: { round: 2, stage: { side: 12 }, reviews: [2, 3, 4] },
  });
  expect(whole.points).toBeGreaterThan(50);
  expect(new Set(whole.effects).size).toBe(whole.effects.length);
});

test('killed at any point and walked on, it ends the same and no effect is seen twice', async () => {
  const dieAndWalkOn = async (point: number) => {
    const folder = mkdtempSync(join(root, `at-${point}-`));
    expect(await killedAt(folder, point)).toBe(true);
    expect([point, await walkOn(folder)]).toEqual([point, whole.result]);
    expect([point, lines(folder, 'effects')]).toEqual([point, whole.effects]);
    // No more than what was under way, in two branches, is done again.
    expect(lines(folder, 'calls').length).toBeLessThanOrEqual(whole.calls + 2);
  };
  const left = Array.from({ length: whole.points }, (_, index) => index + 1);
  const worker = async () => {
    for (let point = left.pop(); point !== undefined; point = left.pop()) await dieAndWalkOn(point);
  };
  await Promise.all([worker(), worker()]);
});

test('killed again and again, each time a little further on, it still ends the same', async () => {
  const folder = mkdtempSync(join(root, 'again-'));
  let kills = 0;
  // Every start gets past one more record at least: a handler has two points, its record is the third.
  while (await killedAt(folder, 3)) {
    kills += 1;
    expect(kills).toBeLessThanOrEqual(whole.points);
  }
  expect(kills).toBeGreaterThan(10);
  expect(await walkOn(folder)).toEqual(whole.result);
  expect(lines(folder, 'effects')).toEqual(whole.effects);
});
