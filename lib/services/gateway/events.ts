import * as z from 'zod';
import { RequestInvalid } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/ledger.ts';
import { redactJson } from '../../domain/redact.ts';
import type { Run } from '../../domain/run.ts';
import type { StageRecord } from '../../domain/stage.ts';
import { runOf } from '../lifecycle/run-facts.ts';
import { attemptCount } from './attempt-count.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';

const mostBytes = 4096;
const mostPerAttempt = 5000;

const eventsSchema = z
  .array(
    z.strictObject({
      kind: z.string().regex(/^[a-z][a-z0-9.-]{0,39}$/),
      data: z.record(z.string(), z.unknown()).default({}),
    }),
  )
  .max(100);
const requestSchema = z.strictObject({ events: eventsSchema });

/** Takes what a sandbox tells of itself: always a claim, and bounded. Throws `RequestInvalid`. */
export function eventTaker(ports: GatewayPorts) {
  return async (stage: StageRecord, body: unknown): Promise<void> => {
    const parsed = requestSchema.safeParse(body);
    if (!parsed.success) throw notEvents(parsed.error);
    const run = await runOf(ports, stage.run);
    await ports.ledger.append(stage.run, await claimed(ports, run, stage, parsed.data.events));
  };
}

/**
 * The same where it comes with another request, to be written in that one's transaction. What is not fit to be
 * written is let go: it is not what was asked for.
 */
export async function toldBeside(
  ports: GatewayPorts,
  run: Run,
  stage: StageRecord,
  events: unknown,
): Promise<readonly NewEvent[]> {
  const parsed = eventsSchema.safeParse(events ?? []);
  if (!parsed.success) return [];
  try {
    return await claimed(ports, run, stage, parsed.data);
  } catch (error) {
    if (error instanceof RequestInvalid) return [];
    throw error;
  }
}

async function claimed(
  ports: GatewayPorts,
  run: Run,
  stage: StageRecord,
  events: z.infer<typeof eventsSchema>,
): Promise<readonly NewEvent[]> {
  if (events.length === 0) return [];
  if (events.some(({ data }) => Buffer.byteLength(JSON.stringify(data)) > mostBytes)) {
    throw new RequestInvalid(`an event may have ${mostBytes} bytes`);
  }
  if (!(await taken(ports, stage, events.length))) {
    throw new RequestInvalid(`an attempt may tell ${mostPerAttempt} events`);
  }
  return events.map(({ kind, data }) =>
    stageEvent(ports, run, stage, {
      kind: `sandbox.${kind}`,
      actor: 'sandbox',
      data: tamed(redactJson(data).value) as Record<string, unknown>,
    }),
  );
}

function notEvents(error: z.ZodError): RequestInvalid {
  return new RequestInvalid(`not a list of events: ${z.prettifyError(error).slice(0, 500)}`);
}

const taken = attemptCount(mostPerAttempt, ({ actor }) => actor === 'sandbox');

/** A digest that a sandbox tells must not look like the name of a payload. */
function tamed(value: unknown): unknown {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? `sha256:${value}` : value;
  if (Array.isArray(value)) return value.map(tamed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tamed(member)]));
}
