import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { type AppRecord, appRecords } from '../../lib/aws/app-record.ts';
import { type Account, openAccount } from '../../lib/aws/compose-account.ts';
import { deployedStack, environmentOf } from '../../lib/aws/deployed-stack.ts';
import { importAppKey } from '../../lib/aws/import-app-key.ts';
import { type Config, whyUnread } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { apiOf, appManifest, newAppUrl } from '../../lib/github/app-manifest.ts';
import { openManifestPage } from '../deployment/manifest-page.ts';
import { setUpApp } from '../deployment/set-up-app.ts';
import { type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { loadThere } from './here.ts';

interface Options {
  readonly githubUrl: string;
  readonly organization?: string;
  readonly appName?: string;
  readonly port: number;
  readonly appId?: number;
  readonly appKeyFile?: string;
  readonly json?: true;
}

const help = `
After "entropy deploy". Prints the address of a page on 127.0.0.1 that leads to GitHub and back; on a machine without a browser,
forward its port (ssh -L PORT:127.0.0.1:PORT HOST, with --port PORT). The App's key goes into KMS, the webhook's secret into SSM:
neither is written to a disk nor shown. If it breaks off, start it again. An App that there is: --app-id N --app-key-file FILE.
Keys of models that are set (ANTHROPIC_API_KEY_FILE, OPENAI_API_KEY_FILE, OPENAI_COMPATIBLE_API_KEY_FILE) go into SSM as well.`;

/** `entropy init`: makes the GitHub App of a deployment and puts its secrets where they belong. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description('make the GitHub App of a deployment, and put its secrets where they belong')
    .option('--github-url <url>', "GitHub Enterprise Server's address", site, 'https://github.com')
    .option('--organization <login>', 'the organization that is to own the App; you if not given')
    .option('--app-name <name>', 'what the App is called, at most 34 characters')
    .option(
      '--port <number>',
      'port of the page on 127.0.0.1; any that is free if not given',
      whole,
      0,
    )
    .option('--app-id <number>', 'take an App that there is', whole)
    .option(
      '--app-key-file <file>',
      "its private key in PEM, or a new one of this deployment's App",
    )
    .option('--json', 'one JSON object')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      const config = loadThere(program);
      await init(openAccount(config.aws), config, options, terminal(options.json ?? false));
    });
}

function site(value: string): string {
  if (/^https?:\/\/[^/]+\/?$/.test(value)) return value.replace(/\/$/, '');
  throw new InvalidArgumentError(
    'Give the address of the server, such as https://github.example.org.',
  );
}

function whole(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a number.');
}

async function init(
  account: Account,
  config: Config,
  options: Options,
  shown: Terminal,
): Promise<void> {
  const stack = await deployedStack(account.stacks, account.deployment);
  const environment = environmentOf(stack);
  const records = appRecords(account.ssm, account.deployment);
  const log = (line: string) => void shown.err.write(`${line}\n`);
  const webhookUrl = stack.outputs.get('WebhookUrl') ?? '';
  const record = await setUpApp({
    records,
    apiUrl: apiOf(options.githubUrl),
    webhookUrl,
    secretParameter: environment.needed('webhookSecret'),
    importKey: (pem) => importAppKey(account.kms, environment.needed('appKey'), pem),
    agree: () => agree({ ...options, webhookUrl, deployment: account.deployment }, log),
    given: givenKey(options),
    log,
  });
  const { anthropicKey, openaiKey, compatibleKey } = config.secrets;
  for (const [name, key] of [
    ['AnthropicKeyParameter', anthropicKey],
    ['OpenaiKeyParameter', openaiKey],
    ['CompatibleKeyParameter', compatibleKey],
  ] as const) {
    const parameter = stack.outputs.get(name);
    if (key === undefined || parameter === undefined) continue;
    await records.putSecret(parameter, key);
    log(`the key for models is in SSM: ${parameter}`);
  }
  const settings = await account.settings.read();
  const { id, apiUrl: githubApi } = record;
  await account.settings.write({ ...settings, appId: String(id), githubApi });
  tellNext(record, stack.outputs.get('AppId') === String(id), shown);
}

function givenKey({ appId: id, appKeyFile: file }: Options) {
  if (file === undefined) {
    if (id !== undefined) throw new ConfigInvalid('--app-id needs --app-key-file FILE');
    return undefined;
  }
  try {
    // 0 is standard input: a key need not be on a disk.
    const pem = readFileSync(file === '-' ? 0 : file, 'utf8');
    return id === undefined ? { pem } : { id, pem };
  } catch (error) {
    throw new ConfigInvalid(whyUnread(error, file));
  }
}

async function agree(
  options: Options & { readonly webhookUrl: string; readonly deployment: string },
  log: (line: string) => void,
): Promise<string> {
  const { githubUrl, organization, port, webhookUrl, deployment } = options;
  const name = options.appName ?? `${deployment}-${organization ?? 'agents'}`.slice(0, 34);
  const page = await openManifestPage({
    port,
    action: (state) => newAppUrl(githubUrl, state, organization),
    manifest: (redirectUrl) => appManifest({ name, homepage: githubUrl, webhookUrl, redirectUrl }),
  });
  try {
    log(`open ${page.url} in a browser, and agree to the App at ${githubUrl}`);
    return await page.code;
  } finally {
    page.close();
  }
}

function tellNext({ id, slug, url }: AppRecord, isKnown: boolean, { out, json }: Terminal): void {
  const install = `${url}/installations/new`;
  if (json) {
    writeJson(out, { type: 'init', app: { id, slug, url }, install, deployed: isKnown });
    return;
  }
  const deploy = isKnown ? '' : 'next      "entropy deploy" tells the functions of the App\n';
  out.write(`app       ${slug}, ${id}: ${url}
${deploy}then      install it on your repositories: ${install}
          "entropy --aws doctor" looks at all of it
`);
}
