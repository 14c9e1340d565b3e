import * as z from 'zod';
import { ModelFailed } from '../domain/errors.ts';
import type { TurnAddress } from '../domain/model.ts';
import type { Ledger, StageStore } from '../domain/ports.ts';
import type { Relay } from '../domain/wire.ts';
import { wires } from '../domain/wire-names.ts';
import { takenTurns } from './replay.ts';

const recordedSchema = z.object({
  reply: z.string(),
  wire: z.enum(wires),
  stream: z.boolean(),
  overlapped: z.boolean().default(false),
});
type Recorded = Omit<z.infer<typeof recordedSchema>, 'reply'> & { readonly text: string };

/** Recorded replies in the provider's own bytes, found by where they stand. */
export type WireTurns = (address: TurnAddress) => Promise<Recorded | undefined>;

/** What an engine was told in an earlier run. */
export async function ledgerWireTurns(
  ledger: Pick<Ledger, 'events' | 'payload'>,
  run: string,
  stages: Pick<StageStore, 'list'>,
): Promise<WireTurns> {
  const find = await takenTurns(ledger, run, stages, (data) => {
    const parsed = recordedSchema.safeParse(data);
    return parsed.success ? parsed.data : undefined;
  });
  return async (address) => {
    const found = find(address);
    if (found === undefined) return undefined;
    const { reply, ...rest } = found;
    return { ...rest, text: (await ledger.payload(run, reply)).toString('utf8') };
  };
}

/**
 * Serves recorded bytes over the protocol that they were recorded in. Refused by name is what would not be the same
 * conversation: another protocol or form, and calls that were made at once, whose order was chance.
 */
export function replayRelay(turns: WireTurns | undefined): Relay {
  return async ({ address, wire, stream }) => {
    const found = await turns?.(address);
    const { role, round, turn } = address;
    const at = `${role}, round ${round}, turn ${turn}`;
    const refuse = (why: string) => new ModelFailed(`${at} ${why}`, { used: false });
    if (found === undefined) throw refuse('is not recorded in a protocol of an engine');
    if (found.wire !== wire || found.stream !== stream) {
      const form = found.stream ? 'a stream of' : 'one answer of';
      throw refuse(`was recorded as ${form} ${found.wire}, and is nothing else`);
    }
    if (found.overlapped) {
      throw refuse('was asked for while another was under way: which came first is chance');
    }
    const contentType = stream ? 'text/event-stream' : 'application/json';
    return { contentType, body: bytesOf(found.text) };
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
