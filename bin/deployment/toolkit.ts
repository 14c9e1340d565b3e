import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigInvalid, DeploymentFailed } from '../../lib/domain/errors.ts';
import { runProgram } from './program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const cost = join(root, 'lib', 'cdk', 'cost', 'main.ts');
const quiet = '--disable-warning=ExperimentalWarning';

/** What is deployed, and where. */
export interface ToolkitOptions {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  /** The app's settings, as `-c NAME=VALUE`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** A month in which nothing happens: its lines and their sum, in US dollars. */
export interface IdleCost {
  readonly idleMonth: number;
  readonly idle: readonly {
    readonly what: string;
    readonly how: string;
    readonly dollars: number;
  }[];
}

/**
 * The project's own version of the CDK's command line, on this Node. What is shown is what is deployed: the app is
 * synthesized once. All throw `DeploymentFailed` with the end of what the toolkit said.
 */
export function openToolkit({ stack, account, region, settings, log }: ToolkitOptions) {
  if (!existsSync(cli)) {
    throw new ConfigInvalid('the CDK is not installed: run `npm ci` in the folder of this program');
  }
  const folder = mkdtempSync(join(tmpdir(), 'entropy-deploy-'));
  const assembly = join(folder, 'cdk.out');
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    AWS_REGION: region,
    CDK_DEFAULT_REGION: region,
    CDK_DISABLE_VERSION_CHECK: 'true',
  };
  const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const cdk = async (args: readonly string[], onLine?: (line: string) => void) => {
    const command = [process.execPath, cli, ...args, '--no-color', '--no-notices'];
    const { code, said } = await runProgram(command, { cwd: root, env, ...(onLine && { onLine }) });
    if (code === 0) return said;
    throw new DeploymentFailed(`cdk ${args[0]} ended with ${code}:\n${said.trim().slice(-4_000)}`);
  };
  const made = ['--app', assembly];
  return {
    bootstrap: () => cdk(['bootstrap', `aws://${account}/${region}`, ...context], log),
    synthesize: () => cdk(['synth', stack, '--quiet', '--output', assembly, ...context]),
    /** What would change, by templates alone: no change set is left behind. */
    diff: () => cdk(['diff', stack, '--method', 'template', ...made]),
    idleCost: async (): Promise<IdleCost> => {
      const template = join(assembly, `${stack}.template.json`);
      const command = [process.execPath, quiet, cost, '--json', '--template', template];
      const { code, said } = await runProgram(command, { cwd: root, env });
      if (code === 0) return JSON.parse(said) as IdleCost;
      throw new DeploymentFailed(`the cost can't be told: ${said.trim().slice(-1_000)}`);
    },
    deploy: () =>
      cdk(['deploy', stack, '--require-approval', 'never', '--progress', 'events', ...made], log),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
