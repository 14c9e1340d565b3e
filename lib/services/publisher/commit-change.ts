import { effectKey } from '../../domain/effect.ts';
import { ForgeFailed } from '../../domain/errors.ts';
import type { CommitReceipt } from '../../domain/forge.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';
import { baseOf } from '../lifecycle/run-facts.ts';
import { commitMessage } from './commit-message.ts';
import type { Offer } from './offer.ts';
import { performEffect, receiptOf } from './perform-effect.ts';

/** `base` is the one that the commit's change was made on. */
type Committed = CommitReceipt & { readonly base: string };

/**
 * Commits a round's change: round after round on one branch, the parent is what this run committed last. Safe
 * to repeat. Throws `ForgeFailed`.
 */
export async function commitChange(ports: Ports, run: Run, offer: Offer): Promise<CommitReceipt> {
  const { forge, customs } = offer;
  const { round, change, evidence } = offer.result;
  const branch = branchOf(run);
  const base = baseOf(run).commit;
  const last = await lastCommit(ports, run, round);
  const parent = last?.commit ?? base;
  // A base that moved on becomes a parent as well, so that the branch is never rewritten.
  const merges = last === undefined || last.base === base ? {} : { merges: base };
  const key = effectKey(run.id, 'commit', round);
  const made = await performEffect<Committed>(ports, run, key, 'commit', {
    find: async () => {
      const head = await forge.findBranch(branch);
      const ours = head !== undefined && head.commit !== parent && head.tree === evidence.tree;
      return ours ? { ...head, base } : undefined;
    },
    act: async () => {
      const signer = customs.signOff ? { signer: await forge.identity() } : {};
      const message = commitMessage(run, offer.result, { ...offer, ...signer });
      const files = { branch, parent, base, files: change.files };
      return { ...(await forge.commit({ ...files, ...merges, ...signer, message })), base };
    },
  });
  if (made.tree === evidence.tree) return made;
  throw new ForgeFailed(`the commit's tree is ${made.tree}; the Evidence is for ${evidence.tree}`);
}

async function lastCommit(ports: Ports, run: Run, round: number): Promise<Committed | undefined> {
  for (let earlier = round - 1; earlier >= 1; earlier -= 1) {
    const key = effectKey(run.id, 'commit', earlier);
    const receipt = await receiptOf<Committed>(ports, run, key);
    if (receipt !== undefined) return receipt;
  }
  return undefined;
}
