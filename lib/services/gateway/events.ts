import * as z from 'zod';
import { RequestInvalid } from '../../domain/errors.ts';
import { redactJson } from '../../domain/redact.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';

const mostBytes = 4096;
const mostPerAttempt = 5000;

const requestSchema = z.strictObject({
  events: z
    .array(
      z.strictObject({
        kind: z.string().regex(/^[a-z][a-z0-9.-]{0,39}$/),
        data: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .max(100),
});

/** Takes what a sandbox tells of itself: always a claim, and bounded. Throws `RequestInvalid`. */
export function eventTaker(ports: GatewayPorts) {
  const taken = new Map<string, number>();
  return async (stage: StageRecord, body: unknown): Promise<void> => {
    const parsed = requestSchema.safeParse(body);
    if (!parsed.success) {
      throw new RequestInvalid(
        `not a list of events: ${z.prettifyError(parsed.error).slice(0, 500)}`,
      );
    }
    const { events } = parsed.data;
    if (events.some(({ data }) => Buffer.byteLength(JSON.stringify(data)) > mostBytes)) {
      throw new RequestInvalid(`an event may have ${mostBytes} bytes`);
    }
    const key = JSON.stringify([stage.run, stage.role, stage.round, stage.attempt]);
    const before = taken.get(key) ?? (await countTaken(ports, stage));
    if (before + events.length > mostPerAttempt) {
      throw new RequestInvalid(`an attempt may tell ${mostPerAttempt} events`);
    }
    taken.set(key, before + events.length);
    const run = await runOf(ports, stage.run);
    const told = events.map(({ kind, data }) =>
      stageEvent(ports, run, stage, {
        kind: `sandbox.${kind}`,
        actor: 'sandbox',
        data: tamed(redactJson(data).value) as Record<string, unknown>,
      }),
    );
    await ports.ledger.append(stage.run, told);
  };
}

/** Once per attempt and process, so that a restart does not begin the count anew. */
async function countTaken(ports: GatewayPorts, stage: StageRecord): Promise<number> {
  const events = await ports.ledger.events(stage.run);
  return events.filter(
    ({ actor, data }) =>
      actor === 'sandbox' &&
      data?.role === stage.role &&
      data.round === stage.round &&
      data.attempt === stage.attempt,
  ).length;
}

/** A digest that a sandbox tells must not look like the name of a payload. */
function tamed(value: unknown): unknown {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? `sha256:${value}` : value;
  if (Array.isArray(value)) return value.map(tamed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tamed(member)]));
}
