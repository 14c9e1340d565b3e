import { SandboxUnavailable } from '../../domain/errors.ts';
import type { LocalSandboxKind, SandboxKind } from '../../domain/run.ts';
import type { Probe } from './probe.ts';

/** What an operator may ask for: `auto` is the strongest boundary that works, and never none. */
export type SandboxWish = LocalSandboxKind | 'auto';

/** What stands here for the sandbox of a run that is played again: an account's are there. */
export const standInFor = (kind: SandboxKind): SandboxWish => (kind === 'fargate' ? 'auto' : kind);

/** The kind that was taken, and why stronger ones were not. */
export interface SandboxChoice {
  readonly kind: LocalSandboxKind;
  readonly reason: string;
  readonly passedOver: readonly { readonly kind: LocalSandboxKind; readonly reason: string }[];
}

const strongestFirst: readonly LocalSandboxKind[] = ['docker', 'bubblewrap'];

/**
 * Tries out what was asked for. Throws `SandboxUnavailable` where that does not work here, or with `auto` no boundary
 * does, with what to install.
 */
export async function chooseSandbox(
  wish: SandboxWish,
  probe: (kind: LocalSandboxKind) => Promise<Probe>,
): Promise<SandboxChoice> {
  const passedOver: { kind: LocalSandboxKind; reason: string }[] = [];
  for (const kind of wish === 'auto' ? strongestFirst : [wish]) {
    const { works, reason } = await probe(kind);
    if (works) return { kind, reason, passedOver };
    passedOver.push({ kind, reason });
  }
  const [only] = passedOver;
  if (wish !== 'auto' && only !== undefined) throw new SandboxUnavailable(only.reason);
  const reasons = passedOver.map(({ kind, reason }) => `${kind}: ${reason}`);
  throw new SandboxUnavailable(`no boundary works here. ${reasons.join('. ')}`);
}

/** For a person, in a line: what was taken, and why stronger ones were not; `entropy doctor` says what would change that. */
export function choiceText({ kind, passedOver }: SandboxChoice): string {
  const others = passedOver.map(({ kind, reason }) => `not ${kind}: ${reason.split(/ \(|: /)[0]}`);
  return others.length === 0 ? kind : `${kind} (${others.join('; ')})`;
}
