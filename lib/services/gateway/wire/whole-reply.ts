import { ModelFailed } from '../../../domain/errors.ts';
import type { WireReply } from '../../../domain/wire.ts';
import { failureOf } from '../call-account.ts';
import { keptWhole } from './kept-reply.ts';
import { membersOf } from './members.ts';
import { emptyTally, type OpenCall, settle } from './open-call.ts';

/** A reply that comes in one piece, its call settled. Throws `ModelFailed`. */
export async function wholeReply(open: OpenCall, reply: WireReply): Promise<string> {
  const known = emptyTally();
  const chunks: Uint8Array[] = [];
  const text = () => Buffer.concat(chunks).toString('utf8');
  try {
    for await (const chunk of reply.body) chunks.push(chunk);
    const body = parsed(text());
    open.rules.tallyWhole(known, membersOf(body));
    if (!known.complete) throw new ModelFailed('the answer is no reply of a model');
    await settle(
      open,
      known,
      chunks.reduce((sum, { length }) => sum + length, 0),
      () => keptWhole(text(), body),
    );
    return text();
  } catch (error) {
    const failure = failureOf(error);
    // What broke off here was counted by nobody.
    if (!known.complete) await settle(open, known, 0, () => keptWhole('', ''), failure);
    throw failure;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelFailed('the answer is no JSON');
  }
}
