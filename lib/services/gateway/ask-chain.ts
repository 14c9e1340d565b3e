import { type DomainError, ModelFailed, SessionRefused } from '../../domain/errors.ts';
import {
  chainFailed,
  isUnavailable,
  type Link,
  linksFrom,
  nameOf,
} from '../../domain/model-chain.ts';
import type { ModelChoice, Run } from '../../domain/run.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { modelFor } from '../../domain/terms.ts';
import type { Call } from './call-account.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';

/** A model of the role's chain as a call is put to it. */
export interface AskedLink extends Link {
  /** Another model of the chain has spoken, or might have, in this attempt. */
  readonly switched: boolean;
}

/** A call that its provider did not answer. It is settled. */
export interface Unanswered {
  readonly failure: DomainError;
  readonly call: Call;
  /** The reply had begun: another try of the client may fare better. */
  readonly began?: true;
}

type Asking = Pick<GatewayPorts, 'clock' | 'stages'>;

/**
 * Puts a call to the model that the attempt is at, and while one can't be had, to the next of the role's chain, once
 * round. Whichever answers is asked first from then on. `ask` throws what is nobody's failure to answer, such as
 * `BudgetExceeded`: that switches nothing.
 */
export async function askChain<T>(
  ports: Asking,
  { run, stage }: { readonly run: Run; readonly stage: StageRecord },
  signal: AbortSignal,
  ask: (link: AskedLink) => Promise<{ readonly reply: T } | Unanswered>,
): Promise<{ readonly reply: T } | Unanswered> {
  const links = linksFrom(modelFor(run, stage.role), stage.link);
  const failed: { choice: ModelChoice; failure: ModelFailed }[] = [];
  for (const [n, link] of links.entries()) {
    const asked = await ask({ ...link, switched: stage.link !== undefined || n > 0 });
    if ('reply' in asked) return asked;
    const { failure, call } = asked;
    if (signal.aborted || !(failure instanceof ModelFailed)) return asked;
    failed.push({ choice: link.choice, failure });
    const next = links[n + 1];
    if (next === undefined || !isUnavailable(failure)) {
      return { ...asked, failure: chainFailed(failed, failure) };
    }
    await switchModel(ports, call, next, failure);
  }
  throw new Error('a role has at least one model');
}

/** Has the attempt's calls go to another model from here on, and says why. */
async function switchModel(
  ports: Asking,
  { run, stage, turn, choice }: Call,
  next: Link,
  why: ModelFailed,
): Promise<void> {
  const [from, to] = [nameOf(choice), nameOf(next.choice)];
  await ports.stages.useLink(stage, next.place, [
    stageEvent(ports, run, stage, {
      kind: 'model.switched',
      data: { turn, from, to, why: why.message },
    }),
  ]);
}

/** After a reply that broke off when its client had begun to hear it: the client's next call goes to the next model. */
export async function leaveLink(ports: Asking, call: Call, failure: DomainError): Promise<void> {
  const { run, stage, link } = call;
  const [, next] = linksFrom(modelFor(run, stage.role), link.place);
  if (next === undefined || !isUnavailable(failure)) return;
  await switchModel(ports, call, next, failure).catch((error: unknown) => {
    // An attempt that has ended meanwhile makes no more calls.
    if (!(error instanceof SessionRefused)) throw error;
  });
}
