import { tokensOf } from '../domain/budget.ts';
import { canonicalJson, sha256 } from '../domain/ledger.ts';
import type { Failure, Outcome } from '../domain/outcome.ts';
import type { Ports } from '../domain/ports.ts';
import type { Run } from '../domain/run.ts';
import type { Judgement } from '../domain/verdict.ts';
import { evidenceOf, judgementOf, lastRoundOf } from './lifecycle/run-facts.ts';
import { type ModelSwitch, switchesIn } from './models-played.ts';

/** The last line of `--json`, and what the terminal's summary is made of. Documented in docs/cli.md. */
export interface OutcomeReport {
  readonly type: 'outcome';
  readonly outcome: Outcome | 'queued';
  readonly error: Failure | null;
  readonly run: string;
  readonly note: string | null;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly pullRequest: { readonly number: number; readonly url: string } | null;
  readonly evidence: (Judgement & { readonly tree: string; readonly rounds: number }) | null;
  readonly usage: {
    readonly turns: number;
    readonly input: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly output: number;
    /** Null where a model has no price. */
    readonly dollars: number | null;
  };
  /** Calls that another model took, as the one before could not be had; oldest first. */
  readonly switches: readonly ModelSwitch[];
  readonly durationMs: number;
  readonly ledger: { readonly events: number; readonly head: string | null };
}

/** What a report is made of. */
export type ReportPorts = Pick<Ports, 'runs' | 'stages' | 'budgets' | 'ledger'>;

/** Everything a person or a script wants to know of a run's end. */
export async function reportOf(ports: ReportPorts, run: Run): Promise<OutcomeReport> {
  const spent = await ports.budgets.spent(run.id);
  const events = await ports.ledger.events(run.id);
  const calls = events.filter((event) => event.kind === 'model.called');
  const priced = calls.every((event) => typeof event.data?.dollars === 'number');
  const nothing = tokensOf(spent.usage) === 0;
  const last = events.at(-1);
  return {
    type: 'outcome',
    outcome: run.outcome ?? 'queued',
    error: run.error ?? null,
    run: run.id,
    note: run.note ?? null,
    branch: run.branch ?? null,
    commit: run.commit ?? null,
    pullRequest: run.pullRequest ?? null,
    evidence: await evidence(ports, run),
    usage: {
      turns: calls.length,
      ...spent.usage,
      dollars: priced || nothing ? spent.dollars : null,
    },
    switches: switchesIn(events),
    durationMs: (run.settledAt ?? run.createdAt) - run.createdAt,
    ledger: { events: events.length, head: last ? sha256(canonicalJson(last)) : null },
  };
}

async function evidence(ports: ReportPorts, run: Run): Promise<OutcomeReport['evidence']> {
  const rounds = await lastRoundOf(ports, run.id, 'verifier');
  if (rounds === 0) return null;
  const left = await evidenceOf(ports, run.id, rounds);
  return { ...(await judgementOf(ports, run, left)), tree: left.tree, rounds };
}
