import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { importAppKey } from '../lib/aws/import-app-key.ts';
import { loadConfig } from '../lib/config.ts';
import { connectPlayground } from '../lib/local/playground/remote.ts';
import { applyIgnored } from './after-deploy.ts';
import { clientsOf } from './clients.ts';
import { bootstrap, deployStack, type Outputs } from './deploy.ts';
import { awsEnvironment } from './emulator.ts';
import { appKeyFile, githubFolder, localFolder, readState, writeState } from './local-state.ts';

/** Which model roles are played by. */
export interface ModelOptions {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly baseUrl?: string | undefined;
}

/**
 * Deploys to the emulator that answers, sets what it takes no notice of, puts keys where they belong, and lets
 * the playground GitHub call the webhook.
 */
export async function makeReady(endpoint: string, model: ModelOptions): Promise<Outputs> {
  Object.assign(process.env, awsEnvironment(endpoint));
  const github = await connectPlayground(githubFolder);
  await bootstrap(localFolder);
  const outputs = await deployStack(localFolder, {
    name: 'local',
    appId: String(github.app.id),
    githubApi: github.apiUrl,
    ...runSettings(model),
  });
  const clients = clientsOf(endpoint);
  await applyIgnored(clients, join(localFolder, 'cdk.out'), outputs);
  if (existsSync(appKeyFile)) {
    await importAppKey(clients.kms, outputs.AppKeyId, readFileSync(appKeyFile, 'utf8'));
    rmSync(appKeyFile);
  }
  const put = (Name: string, Value: string) =>
    clients.ssm.send(
      new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }),
    );
  const secret = randomBytes(32).toString('hex');
  await put(outputs.WebhookSecretParameter, secret);
  const { anthropicKey, openaiKey, compatibleKey } = loadConfig(process.env).secrets;
  if (anthropicKey !== undefined) await put(outputs.AnthropicKeyParameter, anthropicKey);
  if (openaiKey !== undefined) await put(outputs.OpenaiKeyParameter, openaiKey);
  if (compatibleKey !== undefined) await put(outputs.CompatibleKeyParameter, compatibleKey);
  const url = webhookAddress(outputs.WebhookUrl, endpoint);
  await github.addWebhook({ url, secret, events: ['issues', 'issue_comment'] });
  return outputs;
}

/** The HTTP API by its path: names below `localhost` are not resolved everywhere. */
function webhookAddress(webhookUrl: string, endpoint: string): string {
  const { hostname, pathname } = new URL(webhookUrl);
  return `${endpoint}/_aws/execute-api/${hostname.split('.')[0]}/$default${pathname}`;
}

function runSettings({ provider, model, baseUrl }: ModelOptions): Record<string, string> {
  if (model === undefined) return {};
  const choice = { provider: provider ?? 'anthropic', model, ...(baseUrl ? { baseUrl } : {}) };
  return { runSettings: JSON.stringify({ model: choice }) };
}

/** With compose this runs in a container of its own, when emulator and playground answer. */
if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      endpoint: { type: 'string', default: 'http://127.0.0.1:4566' },
      provider: { type: 'string' },
      model: { type: 'string' },
      'base-url': { type: 'string' },
    },
  });
  const { endpoint, provider, model } = values;
  const outputs = await makeReady(endpoint, { provider, model, baseUrl: values['base-url'] });
  const { url: github } = await connectPlayground(githubFolder);
  writeState({ pids: {}, ...readState(), endpoint, compose: true, github, outputs });
  console.log(`ready: ${outputs.WebhookUrl}`);
}
