import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectPlayground } from '../lib/local/playground/remote.ts';
import { composeUp } from './compose.ts';
import { bridgeAddress, buildSandboxImage, ensureDocker } from './docker.ts';
import { installEmulator, startEmulator } from './emulator.ts';
import {
  appKeyFile,
  appPublicKeyFile,
  githubFolder,
  type LocalState,
  localFolder,
  readState,
  writeState,
} from './local-state.ts';
import { type ModelOptions, makeReady } from './ready.ts';

const usage = `npm run local:up -- [options]
  --port N            the emulator's port (4566)
  --github-port N     the playground GitHub's port (4580)
  --endpoint URL      take the emulator that answers there
  --compose           emulator and playground in containers
  --provider P --model M [--base-url URL]   who plays the roles; keys as in docs/configuration.md`;

const log = (line: string) => console.error(`local: ${line}`);
const serve = fileURLToPath(new URL('../lib/local/playground/serve.ts', import.meta.url));

/** Where emulator and playground are to stand. */
interface UpOptions extends ModelOptions {
  readonly port: number;
  readonly githubPort: number;
  readonly endpoint: string | undefined;
  readonly compose: boolean;
}

/** Brings up the whole system on this machine: emulator, playground GitHub, sandboxes' image, deployment. */
async function up(options: UpOptions): Promise<void> {
  if (readState() !== undefined) throw new Error('it is up already: npm run local:down first');
  mkdirSync(githubFolder, { recursive: true });
  await ensureDocker(log, localFolder);
  await buildSandboxImage(log);
  makeAppKey();
  if (options.compose) {
    const endpoint = `http://127.0.0.1:${options.port}`;
    writeState({ endpoint, pids: {}, compose: true });
    await composeUp({ ...options, bridge: await bridgeAddress() }, log);
    return tell(readState());
  }
  let state = await startedEmulator(options);
  state = writeState({ ...state, pids: { ...state.pids, github: await startGithub(options) } });
  const { url: github } = await connectPlayground(githubFolder);
  log('deploying; the first time this takes a minute');
  const outputs = await makeReady(state.endpoint, options);
  tell(writeState({ ...state, github, outputs }));
}

/** A key for this machine's playground alone. The private half is on the disk until it is in KMS. */
function makeAppKey(): void {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' });
  rmSync(appKeyFile, { force: true });
  writeFileSync(appKeyFile, text, { mode: 0o600 });
  writeFileSync(appPublicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
}

async function startedEmulator({ endpoint, port }: UpOptions): Promise<LocalState> {
  if (endpoint !== undefined) return writeState({ endpoint, pids: {} });
  const named = process.env.ENTROPY_EMULATOR_PYTHON;
  const python = await installEmulator(join(localFolder, '..'), log, named);
  log('starting the emulator, with IAM enforced');
  const given = { python, folder: localFolder, port, auth: true, patched: true };
  const { pid, ...started } = await startEmulator({ ...given, bridge: await bridgeAddress() });
  return writeState({ endpoint: started.endpoint, pids: { emulator: pid } });
}

async function startGithub({ githubPort }: UpOptions): Promise<number> {
  log('starting the playground GitHub');
  const out = openSync(join(localFolder, 'github.log'), 'a');
  const args = ['--data-dir', githubFolder, '--port', String(githubPort)];
  const command = [serve, ...args, '--app-public-key', appPublicKeyFile];
  const child = spawn(process.execPath, command, { detached: true, stdio: ['ignore', out, out] });
  child.unref();
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  const url = `http://127.0.0.1:${githubPort}/api/v3/meta`;
  for (let n = 0; n < 100 && !ended; n += 1) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers && child.pid !== undefined) return child.pid;
    await sleep(100);
  }
  throw new Error(`the playground does not start: see ${join(localFolder, 'github.log')}`);
}

function tell(state: LocalState | undefined): void {
  if (state?.outputs === undefined) throw new Error('it did not get ready');
  const { endpoint, outputs } = state;
  console.log(`emulator        ${endpoint}
GitHub          ${state.github}
webhook         ${outputs.WebhookUrl}
state machine   ${outputs.StateMachineArn}
table, ledger   ${outputs.TableName}, ${outputs.LedgerBucket}

  npm run local:issue -- --demo   files the five sample issues and labels them
  npm run local:logs              what everything says
  npm run local:down              ends and removes all of it
For AWS's own tools: export AWS_ENDPOINT_URL=${endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1`);
}

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4566' },
      'github-port': { type: 'string', default: '4580' },
      endpoint: { type: 'string' },
      compose: { type: 'boolean', default: false },
      provider: { type: 'string' },
      model: { type: 'string' },
      'base-url': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) console.log(usage);
  else {
    await up({
      port: Number(values.port),
      githubPort: Number(values['github-port']),
      endpoint: values.endpoint,
      compose: values.compose,
      provider: values.provider,
      model: values.model,
      baseUrl: values['base-url'],
    });
  }
} catch (error) {
  log((error as Error).message);
  log('npm run local:down ends what was started');
  process.exitCode = 1;
}
