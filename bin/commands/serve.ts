import { type Command, InvalidArgumentError } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import type { RunSettings } from '../../lib/domain/run.ts';
import { composeServer } from '../../lib/local/compose-server.ts';
import { hostRegistries } from '../../lib/local/sandbox/host-registries.ts';
import { requireSandbox } from './carry-out.ts';
import { addRunOptions, type RunOptions, settingsOf } from './run-options.ts';

const help = `
It listens on 127.0.0.1 for GitHub's webhooks (POST /github/webhook) and needs:
  ENTROPY_WEBHOOK_SECRET_FILE                 the webhook's secret, at least 32 characters
  ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE     the GitHub App (or GITHUB_TOKEN_FILE)
  ENTROPY_GITHUB_API                          another API than github.com's, for GitHub Enterprise Server`;

/** `entropy serve`: takes labelled issues from webhooks until it is stopped. */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('take labelled issues from GitHub webhooks, and go on with unfinished runs');
  addRunOptions(command)
    .option('--port <number>', 'port on 127.0.0.1; ENTROPY_PORT or 8787 if not given', port)
    .addHelpText('after', help)
    .action(async (options: RunOptions & { port?: number }) => {
      const config = loadConfig(process.env, program.opts());
      await serve({ ...config, port: options.port ?? config.port }, settingsOf(options, config));
    });
}

function port(value: string): number {
  if (/^\d+$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new InvalidArgumentError('Give a number from 0 (any free port) to 65535.');
}

async function serve(config: Config, settings: RunSettings): Promise<void> {
  if (config.secrets.webhook.length === 0) {
    throw new ConfigInvalid('set ENTROPY_WEBHOOK_SECRET_FILE or ENTROPY_WEBHOOK_SECRET');
  }
  await requireSandbox(settings.sandbox);
  const log = (line: string) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const registries = settings.sandbox === 'process' ? [] : await hostRegistries(config.host);
  const server = await composeServer(config, { settings, registries, log });
  log(`listening on ${server.url}/github/webhook`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  log('stopping; unfinished runs go on at the next start');
  await server.close();
}
