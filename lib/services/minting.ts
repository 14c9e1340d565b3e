import * as z from 'zod';
import { ScopeRefused } from '../domain/errors.ts';
import type { Mint, Minted, MintRequest, Permissions } from '../domain/mint.ts';
import { isRepositoryName } from '../domain/webhook-intent.ts';

/** The most that whoever may ask here is given: to look, or to write what a run writes. */
export type MintCap = 'read' | 'write';

/** A token on its way to who asked. Its holder ends it. */
export type MintedAnswer = Omit<Minted, 'revoke'>;

/** All that a run ever does; what is not here (workflows, actions, secrets ...) is given to nobody. */
const grantable: Required<Permissions> = {
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
};

/** What a minting function may be asked for beside tokens: it alone can speak as the App. */
export interface AppLooks {
  /** Some of the repositories that the App is installed on. */
  readonly installed: (cursor?: string) => Promise<object>;
  /** How the App stands at GitHub. */
  readonly inspect: (repository?: string) => Promise<readonly object[]>;
}

const repositoryName = z.string().max(200).refine(isRepositoryName, 'must be owner/name');
const lookSchema = z.discriminatedUnion('look', [
  z.strictObject({ look: z.literal('installed'), cursor: z.string().max(100).optional() }),
  z.strictObject({ look: z.literal('app'), repository: repositoryName.optional() }),
]);

const requestSchema = z.strictObject({
  repository: repositoryName,
  permissions: z
    .record(z.string().max(100), z.string().max(100))
    .refine((asked) => Object.keys(asked).length > 0, 'must name a permission'),
});

/**
 * Answers whoever may ask a minting function: looks, which give names and states and no token, or a token within the cap.
 * Throws `ScopeRefused` for what is neither.
 */
export async function answerMint(
  cap: MintCap,
  mint: Mint,
  looks: AppLooks,
  request: unknown,
): Promise<object> {
  if (typeof request !== 'object' || request === null || !('look' in request)) {
    return mintWithin(cap, mint, request);
  }
  const read = lookSchema.safeParse(request);
  if (!read.success) throw new ScopeRefused('no look that there is');
  if (read.data.look === 'installed') return looks.installed(read.data.cursor);
  return { findings: await looks.inspect(read.data.repository) };
}

/**
 * Mints for whoever asks, up to the cap: one repository, named permissions. Throws `ScopeRefused` above the
 * cap and for what is no such request, and what `mint` throws.
 */
export async function mintWithin(
  cap: MintCap,
  mint: Mint,
  request: unknown,
): Promise<MintedAnswer> {
  const { token, app, slug } = await mint(withinCap(cap, request));
  return { token, app, ...(slug === undefined ? {} : { slug }) };
}

function withinCap(cap: MintCap, request: unknown): MintRequest {
  const read = requestSchema.safeParse(request);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ScopeRefused(`no request for a token: ${faults.join('; ')}`);
  }
  const { repository, permissions } = read.data;
  const above = Object.entries(permissions).filter(([name, level]) => !allowed(cap, name, level));
  if (above.length === 0) return { repository, permissions };
  const list = above.map(([name, level]) => `${name}: ${level}`).join(', ');
  throw new ScopeRefused(`no token for ${repository} with ${list}: it is above the cap, ${cap}`);
}

function allowed(cap: MintCap, name: string, level: string): boolean {
  if (!Object.hasOwn(grantable, name)) return false;
  if (level === 'read') return true;
  return cap === 'write' && level === 'write' && grantable[name as keyof Permissions] === 'write';
}
