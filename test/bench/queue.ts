import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnPlayground } from '../../lib/local/playground/remote.ts';
import { openDatabase } from '../../lib/local/store/database.ts';
import { freePort } from '../../localstack/free-port.ts';
import type { Benchmark } from './benchmark.ts';
import { entropy } from './command.ts';
import { type Figure, figure } from './figure.ts';
import { startInstantModel } from './instant-model.ts';
import { memoryOf, peakMemory } from './memory.ts';
import { teamThat, tiny } from './team.ts';

/** Stages wait for processes to start and for the disk more than they compute: more than there are cores. */
const capacity = 8;
const label = 'entropy';
const policy = 'version: 1\ndaily: { runs: 1000 }\npullRequests: { open: 1000 }\n';
const mebibyte = 1024 ** 2;
/** Longest that nothing may come to an end before the benchmark gives up, in milliseconds. */
const patienceMs = 300_000;
/** Longest that one run may take on average, in milliseconds. */
const averageMs = 20_000;

/** Issues that are all labelled at once: how fast the server works them off, and in what memory. */
export const queue: Benchmark = async ({ quick, folder, say }) => {
  const count = quick ? 6 : 200;
  const model = await startInstantModel(teamThat());
  const { playground, env } = await github(folder);
  const { child, url, secret, ended } = await serve(folder, env, model.url);
  try {
    await until(() => fetch(`${url}/healthz`).then(({ ok }) => ok || undefined));
    const label = await labeller(playground, { url: `${url}/github/webhook`, secret }, count);
    const began = performance.now();
    await label();
    const seen: number[] = [];
    await allSettled(join(folder, 'data'), count, (settled) => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      seen.push(memoryOf(child.pid ?? 0) / mebibyte);
      const minutes = (performance.now() - began) / 60_000;
      say(`${settled} of ${count} runs, ${minutes.toFixed(1)} min, ${seen.at(-1)?.toFixed(0)} MiB`);
    });
    return figuresOf(count, {
      minutes: (performance.now() - began) / 60_000,
      peak: peakMemory(child.pid ?? 0) / mebibyte,
      grown: (seen.at(-1) ?? 0) - (seen[Math.floor(seen.length / 2)] ?? 0),
    });
  } finally {
    child.kill('SIGTERM');
    await ended.catch((error: unknown) => say(String(error)));
    await playground.close();
    await model.close();
  }
};

/** Starts the server on a free port, with the smallest repository's model. */
async function serve(
  folder: string,
  env: Awaited<ReturnType<typeof github>>['env'],
  model: string,
) {
  const port = await freePort();
  const how = ['--port', String(port), '--sandbox', 'process'];
  const { child, ended } = entropy(
    folder,
    ['serve', ...how, '--base-url', model, '--model', 'instant'],
    { ...env, ENTROPY_CAPACITY: String(capacity), OPENAI_API_KEY: 'none' },
  );
  ended.catch(() => undefined);
  return { child, ended, url: `http://127.0.0.1:${port}`, secret: env.ENTROPY_WEBHOOK_SECRET };
}

/** Opens the issues; the result labels them all, one after another. */
async function labeller(
  playground: Awaited<ReturnType<typeof spawnPlayground>>,
  webhook: { url: string; secret: string },
  count: number,
) {
  const files = { ...tiny, '.entropy.yml': policy };
  const seed = { owner: 'ada', name: 'sums', labels: [label], files };
  const { fullName: repository } = await playground.seedRepository(seed);
  // A run takes some 75 calls, so that GitHub's own 5000 an hour would be what is measured.
  await playground.limitCalls({ hour: 1_000_000 });
  await playground.addWebhook({ ...webhook, events: ['issues'] });
  for (let n = 1; n <= count; n += 1) {
    const text = { title: `sum subtracts (${n})`, body: 'sum(1, 2) should be 3.' };
    await playground.createIssue({ repository, author: 'ada', ...text });
  }
  return async () => {
    for (let number = 1; number <= count; number += 1) {
      await playground.label({ repository, number, by: 'ada', label });
    }
  };
}

/** A GitHub of its own, and what the server needs to act on it. */
async function github(folder: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [publicKeyFile, keyFile] = [join(folder, 'public.pem'), join(folder, 'app.pem')];
  writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const dataDir = join(folder, 'github');
  mkdirSync(dataDir);
  const playground = await spawnPlayground({ dataDir, publicKeyFile });
  return {
    playground,
    env: {
      ENTROPY_GITHUB_API: playground.apiUrl,
      ENTROPY_APP_ID: String(playground.app.id),
      ENTROPY_APP_KEY_FILE: keyFile,
      ENTROPY_WEBHOOK_SECRET: randomBytes(32).toString('hex'),
    },
  };
}

/** Memory in MiB; `grown` is what the second half of the runs added. */
function figuresOf(
  count: number,
  { minutes, peak, grown }: { minutes: number; peak: number; grown: number },
): readonly Figure[] {
  const name = `${count} queued issues, ${capacity} at a time, --sandbox process`;
  return [
    figure({ name: `${name}: throughput`, value: count / minutes, unit: 'runs/min' }),
    figure({ name: `${name}: peak memory of the server`, value: peak, unit: 'MiB' }),
    figure({ name: `${name}: growth in the second half`, value: grown, unit: 'MiB' }),
  ];
}

/** Waits until so many runs are settled, and tells of it at each twentieth. Throws where one was not handed over. */
async function allSettled(dataDir: string, count: number, tell: (settled: number) => void) {
  const database = openDatabase(dataDir);
  const of = "SELECT count(*) AS n FROM runs WHERE status = 'settled'";
  const settled = () => database.get<{ n: number }>(of)?.n ?? 0;
  const handedOver = `${of} AND json_extract(body, '$.outcome') = 'handed-over'`;
  try {
    const giveUpAt = performance.now() + Math.max(patienceMs, count * averageMs);
    let told = 0;
    for (let seen = 0; seen < count; ) {
      const before = seen;
      const more = () => Promise.resolve(settled() > before || undefined);
      await until(more, Math.min(patienceMs, giveUpAt - performance.now()));
      seen = settled();
      if (seen < count && seen - told < count / 20) continue;
      told = seen;
      tell(told);
    }
    const good = database.get<{ n: number }>(handedOver)?.n;
    if (good !== count) throw new Error(`${good} of ${count} runs were handed over`);
  } finally {
    database.close();
  }
}

async function until<T>(ask: () => Promise<T | undefined>, withinMs = patienceMs): Promise<T> {
  const began = performance.now();
  while (performance.now() - began < withinMs) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(250);
  }
  throw new Error(`nothing came in ${withinMs / 1000} s`);
}
