import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { SessionRefused } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import type { StageRecord } from '../../domain/stage.ts';
import type { SessionGrant } from '../../domain/stage-input.ts';
import { limitsIn } from '../../domain/terms.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import type { GatewayPorts } from './gateway-ports.ts';

const requestSchema = z.strictObject({ bootCode: z.string().min(1).max(200) });

/** Trades a boot code for a session, once. Only hashes are stored. Throws `SessionRefused`. */
export async function openSession(
  ports: GatewayPorts,
  body: unknown,
  bodyBytes: number,
): Promise<SessionGrant> {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw new SessionRefused('a boot code is wanted');
  // Known by its look, so that it is redacted and refused wherever it turns up.
  const token = `entropy_session_${randomBytes(32).toString('base64url')}`;
  const at = ports.clock.now();
  const stage = await ports.stages.redeem(sha256(parsed.data.bootCode), sha256(token), at, [
    { kind: 'session.opened', actor: 'gateway', standing: 'observed', at },
  ]);
  const { run, role, round, attempt, deadline } = stage;
  return {
    token,
    stage: { run, role, round, attempt },
    deadline,
    limits: limitsIn(await runOf(ports, run), role, ports.limitsOf(role)),
    bodyBytes,
  };
}

/** The attempt that a request speaks for. Throws `SessionRefused`. */
export async function sessionOf(
  ports: Pick<GatewayPorts, 'clock' | 'stages'>,
  token: string | undefined,
): Promise<StageRecord> {
  if (token === undefined || token === '') throw new SessionRefused('no session');
  return ports.stages.session(sha256(token), ports.clock.now());
}
