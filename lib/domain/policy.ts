import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigInvalid } from './errors.ts';

const glob = z.string().min(1).max(300);

/**
 * `.entropy.yml`, read from the default branch only. Version 1. Every key is optional but `version`.
 */
export const policySchema = z.strictObject({
  version: z.literal(1),
  trigger: z.strictObject({ label: z.string().min(1).max(50).default('entropy') }).prefault({}),
  checks: z
    .strictObject({
      setup: z.union([z.string(), z.array(z.string())]).optional(),
      test: z.string().min(1).optional(),
    })
    .prefault({}),
  evidence: z
    .strictObject({
      /** Paths whose change alone needs no failing-then-passing test (docs, say). */
      exempt: z.array(glob).default([]),
    })
    .prefault({}),
  merge: z.enum(['hand-over', 'merge-when-approved']).default('hand-over'),
  /** Hosts that set-up may fetch packages from, added to those the machine's own tools use. */
  registries: z.array(z.hostname()).max(20).default([]),
  /** Paths that no change may touch, added to the built-in ones. */
  protect: z.array(glob).default([]),
  limits: z
    .strictObject({
      rounds: z.number().int().min(1).max(10).default(3),
      files: z.number().int().min(1).max(1000).default(100),
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
