import { effectKey } from '../../domain/effect.ts';
import { ForgeFailed } from '../../domain/errors.ts';
import type { Forge, PullRequest } from '../../domain/forge.ts';
import type { Ports } from '../../domain/ports.ts';
import { branchOf, type Run } from '../../domain/run.ts';
import { baseOf } from '../lifecycle/run-facts.ts';
import { draftLabel } from './labels.ts';
import type { Offer } from './offer.ts';
import { performEffect } from './perform-effect.ts';
import { pullRequestBody } from './pull-request-body.ts';

/** `round` is the one in which the pull request was opened, with that round's text. */
type Opened = Pick<PullRequest, 'number' | 'url' | 'draft'> & { readonly round: number };

/**
 * Opens the round's draft pull request, or gives the one that an earlier round opened. Safe to repeat. Throws
 * `ForgeFailed`.
 */
export async function openPullRequest(ports: Ports, run: Run, offer: Offer): Promise<Opened> {
  const { forge, result, subject: title } = offer;
  const branch = branchOf(run);
  const { round } = result;
  const shown = ({ number, url, draft }: PullRequest) => ({ number, url, draft, round });
  const key = effectKey(run.id, 'pull-request', 'open');
  const opened = await performEffect<Opened>(ports, run, key, 'pull-request', {
    find: async () => {
      const found = await forge.findPullRequest(branch);
      return found && shown(found);
    },
    act: async () =>
      shown(
        await forge.createPullRequest({
          ...{ branch, base: baseOf(run).branch, draft: true },
          ...{ title, body: bodyOf(run, offer) },
        }),
      ),
  });
  if (!opened.draft) await labelAsDraft(ports, run, forge, opened.number);
  return opened;
}

async function labelAsDraft(ports: Ports, run: Run, forge: Forge, number: number): Promise<void> {
  await performEffect(ports, run, effectKey(run.id, 'label', 'draft'), 'label', {
    find: async () => undefined,
    act: async () => {
      await forge.label(String(number), [draftLabel], []);
      return { label: draftLabel };
    },
  });
}

/** Brings the text of an open pull request up to date. Safe to repeat. Throws `ForgeFailed`. */
export async function describePullRequest(
  ports: Ports,
  run: Run,
  offer: Offer,
  number: number,
): Promise<void> {
  const { forge, result } = offer;
  const found = await forge.findPullRequest(branchOf(run));
  if (found?.state !== 'open') {
    throw new ForgeFailed(
      `pull request #${number} is ${found?.state ?? 'gone'}; somebody ended it`,
    );
  }
  const key = effectKey(run.id, 'pull-request', `text-${result.round}`);
  await performEffect(ports, run, key, 'pull-request', {
    find: async () => undefined,
    act: async () => {
      await forge.describePullRequest(number, bodyOf(run, offer));
      return { number };
    },
  });
}

function bodyOf(run: Run, offer: Offer): string {
  return pullRequestBody(run, offer.result, offer);
}
