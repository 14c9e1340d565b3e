import { randomBytes } from 'node:crypto';
import { PolicyViolation, RepositoryInvalid } from '../../domain/errors.ts';
import type { Handoff } from '../../domain/handoff.ts';
import { canonicalJson, sha256 } from '../../domain/ledger.ts';
import { changeDigest, type LetPass } from '../../domain/let-pass.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import { changeOf, handoffOf, lastRoundOf, planOf } from './run-facts.ts';

/**
 * Takes plan and change of the run that was stopped, as if this run's roles had left them in the first round, the
 * change for `base`. Safe to repeat. Throws `NotFound`, and `PolicyViolation` where the change is not the one that
 * was let pass.
 */
export async function takeKept(ports: Ports, run: Run, base: string): Promise<void> {
  if (run.pass === undefined) return;
  const plan = await planOf(ports, run.pass.run);
  const change = await letPassed(ports, run.pass);
  await leave(ports, run, 'issue-reader', plan);
  await leave(ports, run, 'coder', { ...change, base });
}

/**
 * What a kept change is laid over: the present head where every file that was let pass is the same there, else
 * what it was made on, whose pin is `pinned` at first. Once the change was taken, its base stays. Safe to repeat.
 */
export async function baseForKept(ports: Ports, run: Run, pinned: Base): Promise<Base> {
  if (run.pass === undefined) return pinned;
  const taken = await handoffOf(ports, run.id, 'coder', 1);
  if (taken?.kind === 'change-set') return { ...pinned, commit: taken.base };
  const { base: from, files } = await letPassed(ports, run.pass);
  const latest = await ports.source.latest(run);
  const change = { from, onto: latest.commit, files };
  const isSame = latest.branch === pinned.branch && (await staysSame(ports, run, change));
  const base = isSame ? latest : { ...pinned, commit: from };
  if (base.commit !== pinned.commit) await ports.source.repin(run, base);
  return base;
}

async function staysSame(
  { source }: Ports,
  { repository, pass }: Run,
  change: Parameters<Ports['source']['rebase']>[1],
): Promise<boolean> {
  if (change.from === change.onto) return true;
  try {
    const laid = await source.rebase(repository, change);
    return laid.conflicts.length === 0 && changeDigest(laid) === pass?.change;
  } catch (error) {
    // An old git that can't merge without a working tree.
    if (error instanceof RepositoryInvalid) return false;
    throw error;
  }
}

type Base = Awaited<ReturnType<Ports['source']['pin']>>;

async function letPassed(ports: Ports, { run: earlier, change: digest }: LetPass) {
  const change = await changeOf(ports, earlier, await lastRoundOf(ports, earlier, 'coder'));
  if (changeDigest(change) === digest) return change;
  throw new PolicyViolation(`let-pass: the change of ${earlier} is not the one that was let pass`);
}

/** A stage without a sandbox: nobody knows its boot code, and it is over before it could be used. */
async function leave(ports: Ports, run: Run, role: RoleName, handoff: Handoff): Promise<void> {
  if ((await handoffOf(ports, run.id, role, 1)) !== undefined) return;
  const payload = await ports.ledger.putPayload(run.id, canonicalJson(handoff));
  const at = ports.clock.now();
  const key = { run: run.id, role, round: 1 };
  const boot = { hash: sha256(randomBytes(32)), at, expires: at, deadline: at };
  const stage = await ports.stages.open(key, boot, []);
  const data = { role, round: 1, kind: handoff.kind, payload, from: run.pass?.run };
  await ports.stages.leave(stage, payload, [
    { kind: 'handoff.kept', actor: 'lifecycle', standing: 'observed', at, fence: run.fence, data },
  ]);
  await ports.stages.close(stage, at, []);
}
