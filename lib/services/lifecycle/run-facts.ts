import { NotFound } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { Answered, IssueSnapshot } from '../../domain/forge.ts';
import type { ChangeSet, Handoff, Plan, Review } from '../../domain/handoff.ts';
import { parseHandoff } from '../../domain/handoff.ts';
import { defaultPolicy, type Policy, policySchema } from '../../domain/policy.ts';
import type { Ports } from '../../domain/ports.ts';
import type { BaseMove, Run } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import { type Judgement, judge } from '../../domain/verdict.ts';

type Reading = Pick<Ports, 'runs' | 'stages' | 'ledger'>;

/** The run of that id. Throws `NotFound`. */
export async function runOf(ports: Pick<Ports, 'runs'>, id: string): Promise<Run> {
  const run = await ports.runs.get(id);
  if (run === undefined) throw new NotFound(`no run ${id}`);
  return run;
}

/** A payload of the run's ledger, parsed as JSON. */
async function jsonPayload(ports: Pick<Ports, 'ledger'>, run: string, digest: string) {
  return JSON.parse((await ports.ledger.payload(run, digest)).toString('utf8')) as unknown;
}

/** The repository's rules as pinned at admission. */
export async function policyOf(ports: Pick<Ports, 'ledger'>, run: Run): Promise<Policy> {
  if (run.policyDigest === undefined) return defaultPolicy;
  // Parsed, so that keys that came after the run was admitted have their defaults.
  return policySchema.parse(await jsonPayload(ports, run.id, run.policyDigest));
}

/** Questions and answers that the run goes on from, oldest first. */
export async function answersOf(
  ports: Pick<Ports, 'ledger'>,
  run: Run,
): Promise<readonly Answered[]> {
  if (run.continues === undefined) return [];
  return (await jsonPayload(ports, run.id, run.continues.answers)) as readonly Answered[];
}

/** The issue as pinned at admission. Throws `NotFound` before it. */
export async function issueOf(ports: Pick<Ports, 'ledger'>, run: Run): Promise<IssueSnapshot> {
  if (run.issueDigest === undefined) throw new NotFound(`run ${run.id} has pinned no issue yet`);
  return (await jsonPayload(ports, run.id, run.issueDigest)) as IssueSnapshot;
}

/** The pinned base. Throws `NotFound` before admission. */
export function baseOf(run: Run): { branch: string; commit: string } {
  if (run.base === undefined) throw new NotFound(`run ${run.id} has pinned no base yet`);
  return run.base;
}

/** What a role left in a round: the handoff of the last attempt that has one. */
export async function handoffOf(
  ports: Reading,
  run: string,
  role: RoleName,
  round: number,
): Promise<Handoff | undefined> {
  const attempts = (await ports.stages.list(run)).filter(
    (stage) => stage.role === role && stage.round === round && stage.handoff !== undefined,
  );
  const digest = attempts.at(-1)?.handoff;
  return digest === undefined
    ? undefined
    : parseHandoff(role, await jsonPayload(ports, run, digest));
}

async function expected<Kind extends Handoff['kind']>(
  kind: Kind,
  ...[ports, run, role, round]: Parameters<typeof handoffOf>
): Promise<Extract<Handoff, { kind: Kind }>> {
  const found = await handoffOf(ports, run, role, round);
  if (found?.kind !== kind) throw new NotFound(`run ${run}: no ${kind} in round ${round}`);
  return found as Extract<Handoff, { kind: Kind }>;
}

/** The issue is read once, in the first round. */
export const planOf = (ports: Reading, run: string): Promise<Plan> =>
  expected('plan', ports, run, 'issue-reader', 1);
/** The coder's, or where the base moved on in the round before, what git made of that round's. */
export async function changeOf(ports: Reading, run: string, round: number): Promise<ChangeSet> {
  const move = moveAfter(await runOf(ports, run), round - 1);
  return move !== undefined && move.conflicts.length === 0
    ? movedChange(ports, run, move)
    : expected('change-set', ports, run, 'coder', round);
}

/** How the base moved on after a round, if it did. */
export function moveAfter({ moves }: Pick<Run, 'moves'>, round: number): BaseMove | undefined {
  return moves?.find((move) => move.round === round);
}

/** The change as it is on the base that it was laid over. */
export async function movedChange(
  ports: Pick<Ports, 'ledger'>,
  run: string,
  { change }: BaseMove,
): Promise<ChangeSet> {
  return parseHandoff('coder', await jsonPayload(ports, run, change)) as ChangeSet;
}

export const evidenceOf = (ports: Reading, run: string, round: number): Promise<Evidence> =>
  expected('evidence', ports, run, 'verifier', round);
export const reviewOf = (ports: Reading, run: string, round: number): Promise<Review> =>
  expected('review', ports, run, 'reviewer', round);

/** What the Evidence amounts to under the rules and for the issue that the run has pinned. */
export async function judgementOf(
  ports: Pick<Ports, 'ledger'>,
  run: Run,
  evidence: Evidence,
): Promise<Judgement> {
  const labels = run.issueDigest === undefined ? [] : (await issueOf(ports, run)).labels;
  return judge(evidence, await policyOf(ports, run), labels);
}

/** The newest round in which a role left something, or 0. */
export async function lastRoundOf(ports: Reading, run: string, role: RoleName): Promise<number> {
  const stages = (await ports.stages.list(run)).filter((s) => s.role === role && s.handoff);
  return stages.at(-1)?.round ?? 0;
}
