import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import type { Run } from '../../lib/domain/run.ts';
import { composeDemo, type Demo } from '../../lib/local/compose-demo.ts';
import { demoIssues } from '../../lib/local/playground/demo-issues.ts';
import { createConformance } from './playground/openapi/conformance.ts';

const issues = demoIssues.filter(({ name }) => name === 'review' || name === 'bug');
const conformance = createConformance();
let dir: string;
let demo: Demo;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'compose-demo-'));
  const config = loadConfig(
    { HOME: dir, PATH: '/usr/local/bin:/usr/bin:/bin' },
    { dataDir: join(dir, 'data') },
  );
  const { observer } = conformance;
  demo = await composeDemo(config, issues, { log: () => undefined, observer });
});
afterAll(async () => {
  await demo.close();
  await rm(dir, { recursive: true, force: true });
});

async function settled(id: string): Promise<Run> {
  for (;;) {
    const run = await demo.server.embedded.ports.runs.get(id);
    if (run?.status === 'settled') return run;
    await sleep(200);
  }
}

test('all that whole runs ask of the playground is answered as GitHub would', async () => {
  const ids = await Promise.all(issues.map((issue) => demo.trigger(issue)));
  const runs = await Promise.all(ids.map(settled));
  expect(runs.map(({ outcome }) => outcome).sort()).toEqual(['handed-over', 'merged']);
  await demo.playground.settled();
  expect(conformance.faults).toEqual([]);
  const needed = [
    'POST /app/installations/{}/access_tokens',
    'POST /repos/{}/{}/git/trees',
    'POST /repos/{}/{}/pulls/{}/reviews',
    'PUT /repos/{}/{}/pulls/{}/merge',
    'issues.labeled',
    'pull_request.ready_for_review',
  ];
  expect(needed.filter((name) => !conformance.seen.has(name))).toEqual([]);
}, 300_000);
