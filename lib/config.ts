import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { engineNames } from './domain/engine.ts';
import { ConfigInvalid } from './domain/errors.ts';
import { isRepositoryName } from './domain/webhook-intent.ts';

/** Environment of the process, as plain data. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets may be given as NAME or, better, as NAME_FILE: a path that only the user can read. */
/** What Docker has the sandbox's image by, where no other is named. */
export const sandboxImage = 'entropy-sandbox';

const secretNames = [
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'OPENAI_COMPATIBLE_API_KEY',
  'GITHUB_TOKEN',
  'ENTROPY_APP_KEY',
  'ENTROPY_WEBHOOK_SECRET',
  'ENTROPY_WEBHOOK_SECRET_PREVIOUS',
] as const;

/** As the stack's setting `name`: part of the stack's name. */
const deploymentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, "must be a deployment's name: lower case letters, digits and -");

const enginePath = /^[a-z-]+=\/\S+$/;

const schema = z.object({
  ENTROPY_DATA_DIR: z.string().min(1).optional(),
  ENTROPY_PLACE: z.enum(['here', 'aws']).optional(),
  ENTROPY_DEPLOYMENT: deploymentName.optional(),
  ENTROPY_GITHUB_API: z.url().optional(),
  ENTROPY_APP_ID: z.string().regex(/^\d+$/, 'must be the numeric App id').optional(),
  ENTROPY_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  ENTROPY_CAPACITY: z.coerce.number().int().min(1).max(64).optional(),
  ENTROPY_REPOSITORIES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((name) => name !== ''))
    .pipe(z.array(z.string().refine(isRepositoryName, 'must be owner/name, separated by commas')))
    .optional(),
  ENTROPY_ENGINES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
    .pipe(z.array(z.string().regex(enginePath, 'must be ENGINE=/absolute/path, by commas')))
    .transform((parts) => Object.fromEntries(parts.map((part) => part.split(/=(.*)/s))))
    .pipe(z.partialRecord(z.enum(engineNames), z.string()))
    .optional(),
  ENTROPY_RECONCILE_MINUTES: z.coerce.number().min(0).max(1_440).optional(),
  ENTROPY_LEASE_MS: z.coerce.number().int().min(200).max(600_000).optional(),
  ENTROPY_COMMAND_MS: z.coerce.number().int().min(1_000).max(5_400_000).optional(),
  ENTROPY_STAGE_MS: z.coerce.number().int().min(10_000).max(5_400_000).optional(),
  ENTROPY_SANDBOX_IMAGE: z
    .string()
    .regex(/^[a-z0-9][\w./:@-]*$/, 'must be the name of an image that Docker has')
    .optional(),
  DOCKER_HOST: z.string().optional(),
  DOCKER_CONTEXT: z.string().optional(),
  DOCKER_CONFIG: z.string().optional(),
  XDG_DATA_HOME: z.string().min(1).optional(),
});

/** A deployment in an AWS account; credentials are found as AWS's own tools find them. */
export interface AwsPlace {
  /** The stack is `Entropy-<deployment>`. */
  readonly deployment: string;
  /** As AWS's own tools find it where it is not named. */
  readonly region?: string;
}

/** What the command line says before the environment is asked. */
export interface ConfigOptions {
  readonly dataDir?: string | undefined;
  /** Whether runs are those of an AWS account. */
  readonly aws?: boolean | undefined;
  readonly deployment?: string | undefined;
  readonly region?: string | undefined;
}

/** Every setting that is read here; those that are secret also as `NAME_FILE`. */
export const settingNames: {
  readonly plain: readonly string[];
  readonly secret: readonly string[];
} = {
  plain: Object.keys(schema.shape),
  secret: secretNames,
};

/** All that the environment decides, read once. */
export interface Config {
  /** Where the database, ledgers, keys and working folders are. */
  readonly dataDir: string;
  /** Where runs are, if not in the data folder. */
  readonly aws?: AwsPlace;
  readonly secrets: {
    readonly anthropicKey?: string;
    readonly openaiKey?: string;
    readonly compatibleKey?: string;
    readonly githubToken?: string;
    readonly appKey?: string;
    /** Current first, then the previous one while it is being rotated. */
    readonly webhook: readonly string[];
  };
  readonly github: { readonly apiUrl: string; readonly appId?: string };
  readonly port: number;
  /** Runs walked at the same time. */
  readonly capacity: number;
  /** Where programs of engines are, by the engine's name, beside the PATH. */
  readonly engines?: Readonly<Record<string, string>>;
  /** How a server finds what no delivery told it. */
  readonly reconcile?: {
    /** Repositories to look at; those that the App is installed on where none are named. */
    readonly repositories?: readonly string[];
    /** Pause between two looks, in minutes; 0: never. 10 where it is not set. */
    readonly minutes?: number;
  };
  /** Lease of the runner, in milliseconds: how soon another server takes over. */
  readonly leaseMs: number;
  /** Limits that stand in place of each role's own, in milliseconds. */
  readonly limits?: { readonly commandMs?: number; readonly wallMs?: number };
  /** What tools in a sandbox may know of the machine. */
  readonly host: { readonly PATH: string; readonly LANG: string; readonly HOME: string };
  /** How the sandbox `docker` is made. */
  readonly docker: {
    readonly image: string;
    /** The whole environment of the program `docker`: where it is, and which engine it asks. */
    readonly env: Readonly<Record<string, string>>;
  };
}

/** Reads the configuration; all faults are told at once, by name. Throws `ConfigInvalid`. */
export function loadConfig(env: Environment, options: ConfigOptions = {}): Config {
  const given = {
    ...env,
    ...(options.aws ? { ENTROPY_PLACE: 'aws' } : {}),
    ...(options.deployment === undefined ? {} : { ENTROPY_DEPLOYMENT: options.deployment }),
  };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const secrets = new Map<string, string>();
  for (const name of secretNames) {
    const value = readSecret(present, name, faults);
    if (value !== undefined) secrets.set(name, value);
  }
  for (const name of ['ENTROPY_WEBHOOK_SECRET', 'ENTROPY_WEBHOOK_SECRET_PREVIOUS']) {
    const secret = secrets.get(name);
    if (secret !== undefined && secret.length < 32)
      faults.push(`${name}: use at least 32 characters`);
  }
  if (!parsed.success || faults.length > 0) throw new ConfigInvalid(faults.join('\n'));
  return assemble(parsed.data, secrets, present, options);
}

function assemble(
  values: z.infer<typeof schema>,
  secrets: ReadonlyMap<string, string>,
  env: Environment,
  { dataDir, region }: ConfigOptions,
): Config {
  const home = env.HOME ?? homedir();
  const given = dataDir ?? values.ENTROPY_DATA_DIR;
  const dataHome = values.XDG_DATA_HOME ?? join(home, '.local', 'share');
  const optional = <Key extends string>(key: Key, name: string) => {
    const value = secrets.get(name);
    return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: string };
  };
  const { ENTROPY_DEPLOYMENT: deployment = 'entropy' } = values;
  const aws = { deployment, ...(region === undefined ? {} : { region }) };
  return {
    dataDir: resolve(given ?? join(dataHome, 'entropy-playground')),
    ...(values.ENTROPY_PLACE === 'aws' ? { aws } : {}),
    secrets: {
      ...optional('anthropicKey', 'ANTHROPIC_API_KEY'),
      ...optional('openaiKey', 'OPENAI_API_KEY'),
      ...optional('compatibleKey', 'OPENAI_COMPATIBLE_API_KEY'),
      ...optional('githubToken', 'GITHUB_TOKEN'),
      ...optional('appKey', 'ENTROPY_APP_KEY'),
      webhook: ['ENTROPY_WEBHOOK_SECRET', 'ENTROPY_WEBHOOK_SECRET_PREVIOUS']
        .map((name) => secrets.get(name))
        .filter((secret) => secret !== undefined),
    },
    github: {
      apiUrl: values.ENTROPY_GITHUB_API ?? 'https://api.github.com',
      ...(values.ENTROPY_APP_ID === undefined ? {} : { appId: values.ENTROPY_APP_ID }),
    },
    port: values.ENTROPY_PORT ?? 8787,
    capacity: values.ENTROPY_CAPACITY ?? 2,
    ...(values.ENTROPY_ENGINES === undefined ? {} : { engines: values.ENTROPY_ENGINES }),
    reconcile: {
      ...(values.ENTROPY_REPOSITORIES === undefined
        ? {}
        : { repositories: values.ENTROPY_REPOSITORIES }),
      ...(values.ENTROPY_RECONCILE_MINUTES === undefined
        ? {}
        : { minutes: values.ENTROPY_RECONCILE_MINUTES }),
    },
    leaseMs: values.ENTROPY_LEASE_MS ?? 15_000,
    limits: {
      ...(values.ENTROPY_COMMAND_MS === undefined ? {} : { commandMs: values.ENTROPY_COMMAND_MS }),
      ...(values.ENTROPY_STAGE_MS === undefined ? {} : { wallMs: values.ENTROPY_STAGE_MS }),
    },
    ...hostOf(env, home, values),
  };
}

function hostOf(
  { PATH = '/usr/bin:/bin', LANG = 'C.UTF-8' }: Environment,
  HOME: string,
  values: z.infer<typeof schema>,
): Pick<Config, 'host' | 'docker'> {
  const engine = (['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [[name, values[name]]],
  );
  const env = { PATH, HOME, ...Object.fromEntries(engine) };
  return {
    host: { PATH, LANG, HOME },
    docker: { image: values.ENTROPY_SANDBOX_IMAGE ?? sandboxImage, env },
  };
}

function readSecret(env: Environment, name: string, faults: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined) return env[name];
  try {
    if (isOpenToOthers(file)) {
      faults.push(`${name}_FILE: ${file} is readable to others: chmod 600 ${file}`);
      return undefined;
    }
    const secret = readFileSync(file, 'utf8').trim();
    if (secret !== '') return secret;
    faults.push(`${name}_FILE: ${file} is empty`);
  } catch (error) {
    faults.push(`${name}_FILE: ${whyUnread(error, file)}`);
  }
  return undefined;
}

/** A pipe has no mode that means anything, and Windows has other rules. */
function isOpenToOthers(file: string): boolean {
  const found = statSync(file);
  return process.platform !== 'win32' && found.isFile() && (found.mode & 0o077) !== 0;
}

/** Why a file that was named could not be read, for a person. */
export function whyUnread(error: unknown, file: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `there is no ${file}`;
  return `${file} can't be read (${code ?? message})`;
}
