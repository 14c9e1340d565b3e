import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KMSClient } from '@aws-sdk/client-kms';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { openAccount } from '../../lib/aws/compose-account.ts';
import { importAppKey } from '../../lib/aws/import-app-key.ts';
import { dynamoClient } from '../../lib/aws/store/client.ts';
import { dynamoStores } from '../../lib/aws/store/stores.ts';
import { openTable } from '../../lib/aws/store/table.ts';
import type { Run } from '../../lib/domain/run.ts';
import type { Outputs } from '../../localstack/deploy.ts';
import { run } from '../../localstack/run.ts';
import { differencesSeen } from './differences-seen.ts';
import { contextOf, type SmokeSettings } from './plan.ts';
import { removeDeployment, thenRemoved } from './remove.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cdk = (args: readonly string[]) =>
  run([join(root, 'node_modules', '.bin', 'cdk'), ...args], { cwd: root });
const label = 'entropy';
const waits = 720;
const waitMs = 5_000;

/** Carries the plan out. What was deployed is removed whatever happens. */
export async function carryOut(
  settings: SmokeSettings,
  say: (line: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'entropy-smoke-'));
  const stack = `Entropy-${settings.name}`;
  const file = join(folder, 'outputs.json');
  const context = [...contextOf(settings), '--output', join(folder, 'cdk.out')];
  const work = async () => {
    const quietly = ['--require-approval', 'never', '--outputs-file', file];
    await cdk(['deploy', stack, ...quietly, ...context]);
    const outputs = JSON.parse(readFileSync(file, 'utf8'))[stack] as Outputs;
    const secret = await giveKeys(settings, outputs);
    const number = await fileIssue(settings, outputs, secret);
    const ended = await endOf(settings, outputs, number);
    say(`run ${ended.id}: ${ended.outcome} ${ended.error?.name ?? ''} ${ended.note ?? ''}`);
    for (const line of await differencesSeen(outputs, ended.id)) say(line);
  };
  const account = openAccount({ deployment: settings.name });
  try {
    await thenRemoved(work, () => removeDeployment(account, say), say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function giveKeys(settings: SmokeSettings, outputs: Outputs): Promise<string> {
  const secret = randomBytes(32).toString('hex');
  const ssm = new SSMClient({});
  const put = (Name: string, Value: string) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  await importAppKey(
    new KMSClient({}),
    outputs.AppKeyId,
    readFileSync(settings.appKeyFile, 'utf8'),
  );
  await put(outputs.WebhookSecretParameter, secret);
  await put(outputs.AnthropicKeyParameter, readFileSync(settings.modelKeyFile, 'utf8').trim());
  return secret;
}

/** GitHub need not know the webhook: the delivery that it would send is sent from here, and asked back from it as any. */
async function fileIssue(settings: SmokeSettings, outputs: Outputs, secret: string) {
  const { repository, tokenFile } = settings;
  const ask = async (path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
    const url = `https://api.github.com/repos/${repository}${path}`;
    const call = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(url, { ...call, headers });
    if (!answer.ok) throw new Error(`GitHub answers ${path} with ${answer.status}`);
    return answer.json();
  };
  const issue = (await ask('/issues', {
    title: 'Say in the readme what this repository is for',
    body: 'One sentence at its top is enough.',
  })) as { readonly number: number };
  await ask(`/issues/${issue.number}/labels`, { labels: [label] });
  const events = (await ask(`/issues/${issue.number}/events`)) as {
    event: string;
    actor: object;
  }[];
  const sender = events.find(({ event }) => event === 'labeled')?.actor;
  const told = { action: 'labeled', issue, label: { name: label }, sender };
  const body = JSON.stringify({ ...told, repository: await ask('') });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const answer = await fetch(outputs.WebhookUrl, { method: 'POST', headers, body });
  if (answer.status !== 202) throw new Error(`the webhook answers ${answer.status}`);
  return String(issue.number);
}

async function endOf(settings: SmokeSettings, outputs: Outputs, issue: string): Promise<Run> {
  const { runs } = dynamoStores(openTable(dynamoClient(), outputs.TableName));
  const repository = { forge: 'github', name: settings.repository } as const;
  for (let n = 0; n < waits; n += 1) {
    const [found] = await runs.list({ issue: { repository, issue } });
    if (found?.status === 'settled') return found;
    await sleep(waitMs);
  }
  throw new Error(`no run on #${issue} came to its end`);
}
