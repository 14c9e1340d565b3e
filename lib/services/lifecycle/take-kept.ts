import { randomBytes } from 'node:crypto';
import { PolicyViolation } from '../../domain/errors.ts';
import type { Handoff } from '../../domain/handoff.ts';
import { canonicalJson, sha256 } from '../../domain/ledger.ts';
import { changeDigest } from '../../domain/let-pass.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import { changeOf, handoffOf, lastRoundOf, planOf } from './run-facts.ts';

/**
 * Takes plan and change of the run that was stopped, as if this run's roles had left them in the first round.
 * Safe to repeat. Throws `NotFound`, and `PolicyViolation` where the change is not the one that was let pass.
 */
export async function takeKept(ports: Ports, run: Run): Promise<void> {
  if (run.pass === undefined) return;
  const { run: earlier, change: digest } = run.pass;
  const plan = await planOf(ports, earlier);
  const change = await changeOf(ports, earlier, await lastRoundOf(ports, earlier, 'coder'));
  if (changeDigest(change) !== digest) {
    throw new PolicyViolation(
      `let-pass: the change of ${earlier} is not the one that was let pass`,
    );
  }
  await leave(ports, run, 'issue-reader', plan);
  await leave(ports, run, 'coder', change);
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
