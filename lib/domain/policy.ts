import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigInvalid } from './errors.ts';

const glob = z.string().min(1).max(300);
const label = z.string().min(1).max(50);
const command = z.string().trim().min(1).max(2000);
const dollars = z.number().positive().max(100_000);

/** How one role is played; what is not named is the operator's choice. */
const roleSchema = z
  .strictObject({
    /** The model's name at the provider that the operator chose. */
    model: z.string().trim().min(1).max(200).optional(),
    /** `tools`: a loop of tool calls. `rewrite`: whole files in and out, for small open models. */
    strategy: z.enum(['tools', 'rewrite']).optional(),
    /** The repository's own words to this role. They can't change the harness's rules. */
    instructions: z.string().trim().min(1).max(4000).optional(),
    /** Model calls of one attempt. */
    turns: z.number().int().min(1).max(300).optional(),
  })
  .prefault({});

/**
 * `.entropy.yml`, read from the default branch only. Version 1. Every key is optional but `version`.
 */
export const policySchema = z.strictObject({
  version: z.literal(1),
  /** The repository's own kill switch: false starts no run. */
  enabled: z.boolean().default(true),
  trigger: z
    .strictObject({
      label: label.default('entropy'),
      /** Login whose assignment starts a run. */
      assignee: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$/, 'must be a login on GitHub')
        .optional(),
      /** Whether a comment that begins with /entropy starts or steers a run. */
      comment: z.boolean().default(true),
    })
    .prefault({}),
  roles: z
    .strictObject({ 'issue-reader': roleSchema, coder: roleSchema, reviewer: roleSchema })
    .prefault({}),
  /** Per issue, over all roles and retries. Lowers the operator's budget, never raises it. */
  budget: z
    .strictObject({
      /** US dollars; binds only models with a price. */
      usd: dollars.optional(),
      tokens: z.number().int().min(1).max(1_000_000_000).optional(),
      /** Model calls. */
      calls: z.number().int().min(1).max(10_000).optional(),
    })
    .prefault({}),
  /** Caps of the repository and day (UTC). */
  daily: z
    .strictObject({
      runs: z.number().int().min(0).max(10_000).optional(),
      /** US dollars; binds only models with a price. */
      usd: dollars.optional(),
    })
    .prefault({}),
  pullRequests: z
    .strictObject({
      /** Open pull requests of agents; where there are as many, no run starts. */
      open: z.number().int().min(1).max(1000).default(5),
    })
    .prefault({}),
  checks: z
    .strictObject({
      setup: z.union([command, z.array(command).max(20)]).optional(),
      test: command.optional(),
    })
    .prefault({}),
  evidence: z
    .strictObject({
      /** Paths whose change alone needs no failing-then-passing test (docs, say). */
      exempt: z.array(glob).max(100).default([]),
      /** Labels of issues whose changes need none. */
      exemptLabels: z.array(label).max(100).default([]),
    })
    .prefault({}),
  merge: z.enum(['hand-over', 'merge-when-approved']).default('hand-over'),
  commits: z
    .strictObject({
      /** `auto`: a Signed-off-by line where the repository asks for one. */
      signOff: z.enum(['auto', 'always', 'never']).default('auto'),
      /** `auto`: the form that the repository's own commits have. */
      convention: z.enum(['auto', 'conventional', 'plain']).default('auto'),
    })
    .prefault({}),
  /** Hosts that set-up may fetch packages from, added to those the machine's own tools use. */
  registries: z.array(z.hostname()).max(20).default([]),
  /** Paths that no change may touch, added to the built-in ones. */
  protect: z.array(glob).max(100).default([]),
  limits: z
    .strictObject({
      /** Rounds of writing, over checks and reviews. */
      rounds: z.number().int().min(1).max(10).default(3),
      /** Files of one change. */
      files: z.number().int().min(1).max(1000).default(100),
      /** Bytes that one change writes. */
      bytes: z.number().int().min(1).max(5_000_000).default(1_000_000),
    })
    .prefault({}),
});

/** A repository's rules for its runs. */
export type Policy = z.infer<typeof policySchema>;

/** What holds where the repository has no `.entropy.yml`. */
export const defaultPolicy: Policy = policySchema.parse({ version: 1 });

/** Where a repository keeps its rules. */
export const policyPath = '.entropy.yml';

/** Parses `.entropy.yml`. Throws `ConfigInvalid` with line, key and what is allowed there. */
export function parsePolicy(text: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) throw new ConfigInvalid(`${policyPath}: ${broken.message}`);
  const parsed = policySchema.safeParse(plain(document));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const node = document.getIn(issue.path as (string | number)[], true);
    const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
    return `${policyPath}:${line}: ${issue.path.join('.') || 'top level'}: ${issue.message}`;
  });
  throw new ConfigInvalid(faults.join('\n'));
}

/** Aliases are bounded, so that a small file can't become a large value. */
function plain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 }) as unknown;
  } catch (cause) {
    throw new ConfigInvalid(`${policyPath}: ${(cause as Error).message}`, { cause });
  }
}
