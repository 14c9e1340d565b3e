import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { ConfigInvalid } from '../domain/errors.ts';
import type { RoleName } from '../domain/stage.ts';
import { bundledCode } from './bundle.ts';
import type { Deployment } from './deployment.ts';
import { builtImage, imageByName } from './sandbox-image.ts';
import { sandboxRoles, type TaskSize } from './sandbox-roles.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const flag = z.union([z.boolean(), z.stringbool()]);
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const list = z.string().transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''));
const host = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

/** Reads `coder=2048/8192`: the role, Fargate's processor units, MiB. */
function sizesIn(words: readonly string[], context: z.RefinementCtx) {
  const sizes: Partial<Record<RoleName, TaskSize>> = {};
  for (const word of words) {
    const [, role, cpu, memory] = /^([a-z-]+)=(\d+)\/(\d+)$/.exec(word) ?? [];
    const known = sandboxRoles.find((each) => each.role === role);
    if (known === undefined) context.addIssue(`${word} is not of the form coder=2048/8192`);
    else sizes[known.role] = { cpu: Number(cpu), memory: Number(memory) };
  }
  return sizes;
}

/** What may be said with `-c NAME=VALUE` or in cdk.json. */
const schema = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower case letters, digits and -')
    .default('entropy'),
  tier: z.enum(['dns', 'proxied']).default('dns'),
  allow: list.pipe(z.array(z.string().regex(host, 'must be a host name'))).default([]),
  acceptPrivate: flag.default(false),
  proxyHours: whole(1, 744).default(250),
  capacity: whole(1, 1000).default(10),
  spot: flag.default(false),
  ledgerMode: z.enum(['GOVERNANCE', 'COMPLIANCE']).default('GOVERNANCE'),
  ledgerDays: whole(1, 36_500).default(400),
  ledgerAdministrators: list.optional(),
  keepData: flag.default(true),
  architecture: z.enum(['ARM64', 'X86_64']).default('ARM64'),
  sizes: list.transform(sizesIn).optional(),
  image: z.string().min(1).optional(),
  githubApi: z.url().default('https://api.github.com'),
  appId: z.coerce.string().regex(/^\d+$/, 'must be the numeric App id').optional(),
  repositories: list.optional(),
  runSettings: z.string().optional(),
  sweepMinutes: whole(1, 60).default(5),
  dispatchMinutes: whole(1, 60).default(5),
  reserveConcurrency: flag.default(false),
  email: z.email().optional(),
  monthlyDollars: whole(1, 1_000_000).default(50),
  budgetByTag: flag.default(false),
  gatewayUrl: z.url().optional(),
  emulator: flag.default(false),
});

/** A deployment as the context decides it, and whether an emulator takes it. */
export interface Settings {
  readonly deployment: Deployment;
  readonly emulator: boolean;
}

/** The names that the context is asked for. */
export const settingNames = Object.keys(schema.shape) as readonly (keyof typeof schema.shape)[];

/** Reads what the context says; all faults are told at once, by name. Throws `ConfigInvalid`. */
export function readSettings(context: (name: string) => unknown): Settings {
  const given = Object.fromEntries(
    settingNames.map((name) => [name, context(name)]).filter(([, value]) => value !== undefined),
  );
  const read = schema.safeParse(given);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigInvalid(faults.join('\n'));
  }
  return { deployment: deploymentOf(read.data), emulator: read.data.emulator };
}

function deploymentOf(values: z.infer<typeof schema>): Deployment {
  const { image, architecture, emulator, ledgerMode, ledgerDays, sweepMinutes } = values;
  return {
    ...present(values, ['ledgerAdministrators', 'appId', 'repositories', 'runSettings', 'email']),
    ...present(values, ['gatewayUrl', 'sizes']),
    name: values.name,
    tier: values.tier,
    allow: values.allow,
    acceptPrivate: values.acceptPrivate,
    proxyHours: values.proxyHours,
    capacity: values.capacity,
    spot: values.spot,
    retention: { mode: ledgerMode, days: ledgerDays },
    keepData: values.keepData && !emulator,
    architecture,
    image: (scope) =>
      image === undefined
        ? builtImage(scope, { root, architecture })
        : imageByName(image, { local: emulator }),
    code: bundledCode,
    githubApi: values.githubApi,
    minutes: { sweep: sweepMinutes, dispatch: values.dispatchMinutes },
    reserved: values.reserveConcurrency,
    monthlyDollars: values.monthlyDollars,
    budgetByTag: values.budgetByTag,
  };
}

type Present<T, K extends keyof T> = { [Key in K]?: Exclude<T[Key], undefined> };

/** What was said, and nothing where it was not. */
function present<T, K extends keyof T>(values: T, names: readonly K[]): Present<T, K> {
  return Object.fromEntries(
    names.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  ) as Present<T, K>;
}
