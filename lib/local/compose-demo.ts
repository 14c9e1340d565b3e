import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { defaultBudget } from '../domain/budget.ts';
import { NotFound } from '../domain/errors.ts';
import type { Run, RunSettings, SandboxKind } from '../domain/run.ts';
import { scriptedTurns, type Turns } from '../providers/replay.ts';
import { composeServer, type Server } from './compose-server.ts';
import { type DemoIssue, issueFile, issueText, sampleFolder } from './playground/demo-issues.ts';
import type { Observer } from './playground/observer.ts';
import { type Playground, startPlayground } from './playground/playground.ts';

const maintainer = 'ada';
const label = 'entropy';
/** How many runs go on at the same time: a stage waits for processes to start more than it computes. */
const capacity = 3;

/** The demo, up: a GitHub of its own, a server whose webhook it calls, issues that wait for their label. */
export interface Demo {
  readonly playground: Playground;
  readonly server: Server;
  /** `owner/name` of the issue's repository. */
  repositoryOf(issue: DemoIssue): string;
  /** Puts the label on; gives the run that the webhook starts. */
  trigger(issue: DemoIssue): Promise<string>;
  /** Answers as a maintainer what a run has asked; gives the run that goes on with it. */
  answer(issue: DemoIssue): Promise<string>;
  /** The runs on an issue, oldest first. */
  runsOn(issue: DemoIssue): Promise<readonly Run[]>;
  close(): Promise<void>;
}

/** Who is told what the server says, and what its GitHub says. */
export interface DemoOptions {
  readonly log: (line: string) => void;
  readonly observer?: Observer;
  /** `process` where it is not given. */
  readonly sandbox?: SandboxKind;
}

/** Scripted turns say that they are: provider `replay`, model `scripted`. */
const settings: Omit<RunSettings, 'sandbox'> = {
  model: { provider: 'replay', model: 'scripted' },
  roleModels: {},
  budget: defaultBudget,
};

/** Starts playground and server in the data folder, on free ports of loopback, with the issues given. */
export async function composeDemo(
  config: Config,
  issues: readonly DemoIssue[],
  { log, observer, sandbox = 'process' }: DemoOptions,
): Promise<Demo> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const playground = await startPlayground({
    dataDir: join(config.dataDir, 'playground'),
    appPublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ...(observer === undefined ? {} : { observer }),
  });
  const secret = randomBytes(32).toString('hex');
  const numbers = new Map<string, number>();
  const runsOn = (issue: DemoIssue) => runsOf(server, issue, numbers.get(issue.name) ?? 0);
  const server: Server = await composeServer(
    {
      ...config,
      port: 0,
      capacity: Math.max(capacity, config.capacity),
      host: { ...config.host, PATH: [ownNode(config.dataDir), config.host.PATH].join(delimiter) },
      github: { apiUrl: playground.apiUrl, appId: String(playground.app.id) },
      secrets: {
        appKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        webhook: [secret],
      },
    },
    { settings: { ...settings, sandbox }, turns: turnsByRun(issues, runsOn), log },
  );
  const url = `${server.url}/github/webhook`;
  await playground.addWebhook({ url, secret, events: ['issues', 'issue_comment'] });
  await seed(playground, issues, numbers);
  const act = (issue: DemoIssue) => ({
    repository: repositoryOf(issue),
    number: numbers.get(issue.name) ?? 0,
    by: maintainer,
  });
  return {
    playground,
    server,
    repositoryOf,
    runsOn,
    trigger: (issue) => nextRun(issue, runsOn, () => playground.label({ ...act(issue), label })),
    answer: (issue) =>
      nextRun(issue, runsOn, async () => {
        await playground.comment({ ...act(issue), body: issueFile(issue.answer ?? '') });
      }),
    close: async () => {
      await server.close();
      await playground.close();
    },
  };
}

/** A folder with the Node that runs the demo: the machine's own may be too old for the samples' TypeScript. */
function ownNode(dataDir: string): string {
  const bin = join(dataDir, 'bin');
  mkdirSync(bin, { recursive: true });
  rmSync(join(bin, 'node'), { force: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  return bin;
}

const repositoryOf = (issue: DemoIssue) => `${maintainer}/${issue.repository}`;

async function seed(
  playground: Playground,
  issues: readonly DemoIssue[],
  numbers: Map<string, number>,
): Promise<void> {
  for (const name of new Set(issues.map(({ repository }) => repository))) {
    const files = sampleFolder(name);
    await playground.seedRepository({ owner: maintainer, name, files, labels: [label] });
  }
  for (const issue of issues) {
    const { author } = issue;
    await playground.addAccount(author);
    const repository = repositoryOf(issue);
    const made = await playground.createIssue({ repository, author, ...issueText(issue) });
    numbers.set(issue.name, made.number);
  }
}

async function runsOf({ embedded }: Server, issue: DemoIssue, number: number) {
  const repository = { forge: 'github', name: repositoryOf(issue) } as const;
  const about = { repository, issue: String(number) };
  return [...(await embedded.ports.runs.list({ issue: about }))].reverse();
}

/** The first run on an issue is served by its first script, the second by its second. */
function turnsByRun(issues: readonly DemoIssue[], runsOn: Demo['runsOn']): Turns {
  const found = new Map<string, Turns>();
  const find = async (run: string): Promise<Turns | undefined> => {
    for (const issue of issues) {
      const at = (await runsOn(issue)).findIndex(({ id }) => id === run);
      const script = issue.scripts[at];
      if (script !== undefined) return scriptedTurns(JSON.parse(issueFile(script)));
    }
    return undefined;
  };
  return async (address) => {
    const turns = found.get(address.run) ?? (await find(address.run));
    if (turns !== undefined) found.set(address.run, turns);
    return turns?.(address);
  };
}

/** The run that an act on GitHub starts, by way of the webhook. */
async function nextRun(
  issue: DemoIssue,
  runsOn: Demo['runsOn'],
  act: () => Promise<void>,
): Promise<string> {
  const before = (await runsOn(issue)).length;
  await act();
  for (let waited = 0; waited < 600; waited++) {
    const run = (await runsOn(issue))[before];
    if (run !== undefined) return run.id;
    await sleep(50);
  }
  throw new NotFound(`nothing started a run on the issue "${issue.name}"`);
}
