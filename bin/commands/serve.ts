import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { composeServer } from '../../lib/local/compose-server.ts';
import { choiceText } from '../../lib/local/sandbox/choose.ts';
import { hostRegistries } from '../../lib/local/sandbox/host-registries.ts';
import { type Log, lineLog } from '../../lib/local/server/log-line.ts';
import { openLogFile } from '../../lib/local/upkeep/log-file.ts';
import { requireOwnEngines, requireSandbox } from './carry-out.ts';
import { loadHere } from './here.ts';
import { addRunOptions, type RunOptions, settingsOf, type WishedSettings } from './run-options.ts';

const help = `
It listens on 127.0.0.1 for GitHub's webhooks (POST /github/webhook; GET /healthz for probes) and needs:
  ENTROPY_WEBHOOK_SECRET_FILE                 the webhook's secret, at least 32 characters
  ENTROPY_WEBHOOK_SECRET_PREVIOUS_FILE        the one before, while the secret is changed
  ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE     the GitHub App (or GITHUB_TOKEN_FILE)
  ENTROPY_GITHUB_API                          another API than github.com's, for GitHub Enterprise Server
  ENTROPY_REPOSITORIES                        owner/name, ...: where deliveries that never came are looked
                                              for; with an App, those it is installed on
  ENTROPY_RECONCILE_MINUTES                   how often; 10 if not set, 0 for never

The webhook sends the events Issues and Issue comments as application/json.`;

/** `entropy serve`: works on issues that webhooks tell of, until it is stopped. */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('work on issues that GitHub webhooks tell of, and go on with unfinished runs');
  addRunOptions(command)
    .option('--port <number>', 'port on 127.0.0.1; ENTROPY_PORT or 8787 if not given', port)
    .option('--json', 'log lines as JSON objects')
    .option('--log-file <file>', 'log there too; put aside at 10 MiB, five old ones are kept')
    .addHelpText('after', help)
    .action(async (options: RunOptions & { port?: number; json?: true; logFile?: string }) => {
      const config = loadHere(program);
      const file = options.logFile === undefined ? undefined : openLogFile(options.logFile);
      const write = (text: string) => {
        process.stderr.write(text);
        file?.write(text);
      };
      const log = lineLog(write, { json: options.json ?? false, now: Date.now });
      const port = options.port ?? config.port;
      const settings = settingsOf(options, config);
      requireOwnEngines(config, settings);
      await serve({ ...config, port }, settings, log);
    });
}

function port(value: string): number {
  if (/^\d+$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new InvalidArgumentError('Give a number from 0 (any free port) to 65535.');
}

async function serve(config: Config, wished: WishedSettings, log: Log): Promise<void> {
  if (config.secrets.webhook.length === 0) {
    throw new ConfigInvalid('set ENTROPY_WEBHOOK_SECRET_FILE or ENTROPY_WEBHOOK_SECRET');
  }
  const choice = await requireSandbox(config, wished.sandbox);
  log(`sandbox ${choiceText(choice)}`);
  const settings = { ...wished, sandbox: choice.kind };
  const registries = () => hostRegistries(config.host);
  const server = await composeServer(config, { settings, registries, log });
  log(`listening on ${server.url}/github/webhook`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  log('stopping; unfinished runs go on at the next start');
  await server.close();
  log('stopped');
}
