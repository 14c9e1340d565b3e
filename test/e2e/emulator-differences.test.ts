import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kept } from './differences/kept.ts';
import type { Probe } from './differences/probe.ts';
import { steps } from './differences/steps.ts';
import { streams } from './differences/streams.ts';
import { taskContainers } from './differences/task-containers.ts';
import { exitOf, type Probed, probed } from './probe-tools.ts';

const put: Readonly<Record<string, Probe>> = { ...taskContainers, ...steps, ...streams };

let plain: Probed;
let ours: Probed;
beforeAll(async () => {
  [plain, ours] = await Promise.all([probed(false), probed(true)]);
});
afterAll(async () => {
  await Promise.all([plain?.close(), ours?.close()]);
});

describe('what the emulator does otherwise than AWS, put right by a patch', () => {
  test.each(Object.entries(put))('%s', async (_, isLikeAws) => {
    expect(await isLikeAws(ours)).toBe(true);
    // Where this fails the emulator has learned it: take the patch and its entry out.
    expect(await isLikeAws(plain)).toBe(false);
  });
});

describe('what it does otherwise, and goes on doing', () => {
  test.each(Object.entries(kept))('%s', async (_, isLikeAws) => {
    // Where this fails the emulator has learned it: take its entry out, and what is done about it.
    expect(await isLikeAws(ours)).toBe(false);
  });
});

test('the list has an entry for each probe, with a page of AWS, and no other', () => {
  const list = readFileSync(new URL('../../localstack/differences.md', import.meta.url), 'utf8');
  const entries = list.split(/^### /m).slice(1);
  const ids = entries.map((entry) => /^`([^`]+)`/.exec(entry)?.[1]);
  expect(ids.toSorted()).toEqual([...Object.keys(put), ...Object.keys(kept)].toSorted());
  for (const entry of entries) expect(entry).toMatch(/https:\/\/docs\.aws\.amazon\.com\//);
});

test('a sandbox reaches function URLs of the emulator and nothing else of it', async () => {
  const port = new URL(ours.endpoint).port;
  const base = `http://${ours.bridge}:${port}`;
  const tries = ['/', '/_ministack/health', '/_aws/lambda-url/x/', '/v2/credentials/x'];
  const script = `Promise.all(${JSON.stringify(tries)}.map((path) => fetch(${JSON.stringify(base)} + path))).then((all) => process.exit(all.every((one) => one.status === 403) ? 7 : 1))`;
  expect(await exitOf(ours, `node -e '${script}'`)).toBe(7);
});
