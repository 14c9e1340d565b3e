import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnPlayground } from '../../lib/local/playground/remote.ts';
import { openDatabase } from '../../lib/local/store/database.ts';
import { freePort } from '../../localstack/free-port.ts';
import type { Benchmark } from './benchmark.ts';
import { entropy } from './command.ts';
import { figure } from './figure.ts';
import { startInstantModel } from './instant-model.ts';
import { peakMemory } from './memory.ts';
import { teamThat, tiny } from './team.ts';

const capacity = 4;
const label = 'entropy';
const policy = 'version: 1\ndaily: { runs: 1000 }\npullRequests: { open: 1000 }\n';
/** Longest that one run may take on average before the benchmark gives up, in milliseconds. */
const patienceMs = 60_000;

/** Issues that are all labelled at once: how fast the server works them off, and in what memory. */
export const queue: Benchmark = async ({ quick, folder, say }) => {
  const count = quick ? 6 : 200;
  const model = await startInstantModel(teamThat());
  const { playground, env } = await github(folder);
  const files = { ...tiny, '.entropy.yml': policy };
  const seed = { owner: 'ada', name: 'sums', labels: [label], files };
  const { fullName: repository } = await playground.seedRepository(seed);
  const dataDir = join(folder, 'data');
  const port = await freePort();
  const how = ['--port', String(port), '--sandbox', 'process'];
  const served = ['serve', ...how, '--base-url', model.url, '--model', 'instant'];
  const server = entropy(folder, served, {
    ...env,
    ENTROPY_CAPACITY: String(capacity),
    OPENAI_API_KEY: 'none',
  });
  server.ended.catch((error: unknown) => say(String(error)));
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(() => fetch(`${url}/healthz`).then(({ ok }) => ok || undefined));
    const secret = env.ENTROPY_WEBHOOK_SECRET;
    await playground.addWebhook({ url: `${url}/github/webhook`, secret, events: ['issues'] });
    for (let n = 1; n <= count; n += 1) {
      const text = { title: `sum subtracts (${n})`, body: 'sum(1, 2) should be 3.' };
      await playground.createIssue({ repository, author: 'ada', ...text });
    }
    const began = performance.now();
    for (let number = 1; number <= count; number += 1) {
      await playground.label({ repository, number, by: 'ada', label });
    }
    const { handedOver } = await allSettled(dataDir, count, say);
    if (handedOver !== count) throw new Error(`${handedOver} of ${count} runs were handed over`);
    const minutes = (performance.now() - began) / 60_000;
    const memory = peakMemory(server.child.pid ?? 0) / 1024 ** 2;
    const name = `${count} queued issues, ${capacity} at a time`;
    return [
      figure({ name: `${name}: throughput`, value: count / minutes, unit: 'runs/min' }),
      figure({ name: `${name}: peak memory of the server`, value: memory, unit: 'MiB' }),
    ];
  } finally {
    server.child.kill('SIGTERM');
    await server.ended.catch(() => undefined);
    await playground.close();
    await model.close();
  }
};

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

/** Waits until so many runs are settled; how many of them were handed over. */
async function allSettled(dataDir: string, count: number, say: (line: string) => void) {
  const database = openDatabase(dataDir);
  try {
    let told = 0;
    const settled = await until(async () => {
      const rows = database.all<{ body: string }>("SELECT body FROM runs WHERE status = 'settled'");
      if (rows.length >= told + count / 10) {
        told = rows.length;
        say(`${told} of ${count} runs`);
      }
      return rows.length >= count ? rows : undefined;
    }, count * patienceMs);
    const outcomes = settled.map(({ body }) => (JSON.parse(body) as { outcome?: string }).outcome);
    return { handedOver: outcomes.filter((outcome) => outcome === 'handed-over').length };
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
