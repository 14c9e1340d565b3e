import * as z from 'zod';
import { ConfigInvalid, ModelFailed } from '../domain/errors.ts';
import type { ModelReply, TurnAddress } from '../domain/model.ts';
import type { Ledger, Provider, StageStore } from '../domain/ports.ts';

/** Recorded turns, found by where they stand and never by the request's content. */
export type Turns = (address: TurnAddress) => Promise<ModelReply | undefined>;

/** Serves recorded turns. A turn that is not there is `ModelFailed`, naming its address. */
export function replayProvider(turns: Turns): Provider {
  return async ({ address }) => {
    const reply = await turns(address);
    if (reply !== undefined) return reply;
    const { role, round, turn } = address;
    throw new ModelFailed(`no turn is recorded for ${role}, round ${round}, turn ${turn}`, {
      used: false,
    });
  };
}

const count = z.number().int().min(0);
const replySchema = z.strictObject({
  content: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text'), text: z.string() }),
      z.strictObject({
        type: z.literal('tool_use'),
        id: z.string(),
        name: z.string(),
        input: z.record(z.string(), z.unknown()),
        invalid: z.string().exactOptional(),
      }),
      z.strictObject({
        type: z.literal('opaque'),
        data: z.string(),
        link: count.exactOptional(),
      }),
    ]),
  ),
  stop: z.enum(['end', 'tool', 'length', 'refusal']),
  usage: z.strictObject({ input: count, cacheRead: count, cacheWrite: count, output: count }),
  estimated: z.literal(true).exactOptional(),
  model: z.string(),
});
const scriptSchema = z.strictObject({
  version: z.literal(1),
  /** Says in the file itself that no model wrote these turns. */
  scripted: z.literal(true),
  turns: z.array(
    z.strictObject({
      role: z.string(),
      round: count.min(1),
      turn: count.min(1),
      reply: replySchema,
    }),
  ),
});

/** Turns of a script, the same whatever the attempt. Throws `ConfigInvalid` where it is no such script. */
export function scriptedTurns(script: unknown): Turns {
  const parsed = scriptSchema.safeParse(script);
  if (!parsed.success) {
    throw new ConfigInvalid(
      `the script of model turns is not valid: ${z.prettifyError(parsed.error)}`,
    );
  }
  const byPlace = new Map<string, ModelReply>();
  for (const { role, round, turn, reply } of parsed.data.turns) {
    byPlace.set(placeOf(role, round, turn), reply);
  }
  return async ({ role, round, turn }) => byPlace.get(placeOf(role, round, turn));
}

/** Turns of an earlier run. */
export async function ledgerTurns(
  ledger: Pick<Ledger, 'events' | 'payload'>,
  run: string,
  stages: Pick<StageStore, 'list'>,
): Promise<Turns> {
  const find = await takenTurns(ledger, run, stages, (data) => {
    // What a client's own protocol brought is no neutral turn.
    const neutral = data.wire === undefined && typeof data.reply === 'string';
    return neutral ? String(data.reply) : undefined;
  });
  return async (address) => {
    const digest = find(address);
    if (digest === undefined) return undefined;
    return replySchema.parse(JSON.parse((await ledger.payload(run, digest)).toString('utf8')));
  };
}

const placeSchema = z.object({ role: z.string(), round: z.number(), attempt: z.number() });

/**
 * What `read` makes of the calls of an earlier run: of each role and round, those of the attempt whose handoff was
 * taken. They are counted anew, so that a call that was given up leaves no gap.
 */
export async function takenTurns<T>(
  ledger: Pick<Ledger, 'events'>,
  run: string,
  stages: Pick<StageStore, 'list'>,
  read: (data: Record<string, unknown>) => T | undefined,
): Promise<(address: TurnAddress) => T | undefined> {
  const taken = new Map<string, number>();
  for (const stage of await stages.list(run)) {
    if (stage.handoff !== undefined) taken.set(`${stage.role}/${stage.round}`, stage.attempt);
  }
  const turns = new Map<string, T>();
  const counts = new Map<string, number>();
  for (const event of await ledger.events(run)) {
    if (event.kind !== 'model.called' || event.standing !== 'observed') continue;
    const place = placeSchema.safeParse(event.data);
    const found = read(event.data ?? {});
    if (!place.success || found === undefined) continue;
    const { role, round, attempt } = place.data;
    const stage = `${role}/${round}`;
    if (taken.get(stage) !== attempt) continue;
    const turn = (counts.get(stage) ?? 0) + 1;
    counts.set(stage, turn);
    turns.set(placeOf(role, round, turn), found);
  }
  return ({ role, round, turn }) => turns.get(placeOf(role, round, turn));
}

function placeOf(role: string, round: number, turn: number): string {
  return `${role}/${round}/${turn}`;
}
