import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { defaultBudget } from '../domain/budget.ts';
import { NotFound } from '../domain/errors.ts';
import type { RunSettings } from '../domain/run.ts';
import { scriptedTurns } from '../providers/replay.ts';
import { composeServer, type Server } from './compose-server.ts';
import { type Playground, startPlayground } from './playground/playground.ts';

const samples = fileURLToPath(new URL('./playground/samples/', import.meta.url));
const maintainer = 'ada';
const label = 'entropy';

/** The demo, up: a GitHub of its own, a server whose webhook it calls, one issue that waits for its label. */
export interface Demo {
  readonly playground: Playground;
  readonly server: Server;
  readonly repository: string;
  readonly issue: number;
  /** Puts the label on; gives the run that the webhook starts. */
  trigger(): Promise<string>;
  close(): Promise<void>;
}

/** The demo's own sample: a repository, an issue and the model's turns, which are scripted. */
const sample = { name: 'cron-lines', issue: 'cron-lines.issue.md', turns: 'cron-lines.turns.json' };

/** Scripted turns say that they are: provider `replay`, model `scripted`. */
const settings: RunSettings = {
  model: { provider: 'replay', model: 'scripted' },
  roleModels: {},
  budget: defaultBudget,
  sandbox: 'process',
};

/** Starts playground and server in the data folder, on free ports of loopback. */
export async function composeDemo(config: Config, log: (line: string) => void): Promise<Demo> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const playground = await startPlayground({
    dataDir: join(config.dataDir, 'playground'),
    appPublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  });
  const secret = randomBytes(32).toString('hex');
  const server = await composeServer(
    {
      ...config,
      port: 0,
      github: { apiUrl: playground.apiUrl, appId: String(playground.app.id) },
      secrets: {
        appKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        webhook: [secret],
      },
    },
    { settings, turns: scriptedTurns(json(sample.turns)), log },
  );
  const seeded = await playground.seedRepository({
    owner: maintainer,
    name: sample.name,
    files: join(samples, sample.name),
    labels: [label],
  });
  const repository = seeded.fullName;
  const url = `${server.url}/github/webhook`;
  await playground.addWebhook({ url, secret, events: ['issues'] });
  const issue = await playground.createIssue({ repository, author: maintainer, ...issueText() });
  return {
    playground,
    server,
    repository,
    issue: issue.number,
    trigger: async () => {
      await playground.label({ repository, number: issue.number, by: maintainer, label });
      await playground.settled();
      return firstRun(server);
    },
    close: async () => {
      await server.close();
      await playground.close();
    },
  };
}

async function firstRun({ embedded }: Server): Promise<string> {
  for (let waited = 0; waited < 100; waited++) {
    const [run] = await embedded.ports.runs.list({ limit: 1 });
    if (run !== undefined) return run.id;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new NotFound('the label started no run');
}

function json(name: string): unknown {
  return JSON.parse(readFileSync(join(samples, name), 'utf8'));
}

function issueText(): { title: string; body: string } {
  const [title = '', ...body] = readFileSync(join(samples, sample.issue), 'utf8').split('\n');
  return { title: title.replace(/^#\s*/, ''), body: body.join('\n').trim() };
}
