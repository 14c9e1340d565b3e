import type { Answered } from '../../domain/forge.ts';
import { canonicalJson } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import { redact } from '../../domain/redact.ts';
import type { Continuation, Run } from '../../domain/run.ts';
import { answersOf, handoffOf } from '../lifecycle/run-facts.ts';

/** GitHub's own limit of a comment, in characters. */
const maxAnswer = 65_536;

type Reading = Pick<Ports, 'runs' | 'stages' | 'ledger'>;

/** Whether a run has a question that waits for its answer; `asking` has not ended yet. */
export async function questionState(
  ports: Reading,
  run: Run,
): Promise<'none' | 'asking' | 'asked'> {
  if (run.outcome !== undefined) return run.outcome === 'question' ? 'asked' : 'none';
  if (run.status !== 'running') return 'none';
  const left = await handoffOf(ports, run.id, 'issue-reader', 1);
  return left?.kind === 'question' ? 'asking' : 'none';
}

/** What the run `id` has from the run that asked, and from those before it, with the answer. */
export async function answering(
  ports: Pick<Ports, 'budgets' | 'ledger'>,
  asked: Run,
  id: string,
  { text, by }: { readonly text: string; readonly by: string },
): Promise<Continuation> {
  const answer = redact(text.slice(0, maxAnswer)).value;
  const answers = [
    ...(await answersOf(ports, asked)),
    { question: asked.note ?? '', answer, by } satisfies Answered,
  ];
  const { turns, tokens, dollars } = await ports.budgets.spent(asked.id);
  const before = asked.continues?.spent ?? { turns: 0, tokens: 0, dollars: 0 };
  return {
    run: asked.id,
    answers: await ports.ledger.putPayload(id, canonicalJson(answers)),
    spent: {
      turns: before.turns + turns,
      tokens: before.tokens + tokens,
      dollars: before.dollars + dollars,
    },
  };
}

/** The same answers for a run that begins anew on the issue, with a budget of its own. */
export async function keptAnswers(
  ports: Pick<Ports, 'ledger'>,
  earlier: Run,
  id: string,
): Promise<Continuation | undefined> {
  if (earlier.continues === undefined) return undefined;
  const answers = canonicalJson(await answersOf(ports, earlier));
  return {
    run: earlier.continues.run,
    answers: await ports.ledger.putPayload(id, answers),
    spent: { turns: 0, tokens: 0, dollars: 0 },
  };
}
