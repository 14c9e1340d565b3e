import { afterAll } from '@jest/globals';
import { dynamoClient } from '../../../lib/aws/store/client.ts';
import { openTable } from '../../../lib/aws/store/table.ts';
import { refusal, startWire, type WireAnswer, type WireCall } from '../wire.ts';

const clients: { destroy(): void }[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

/**
 * A table whose service gives these answers one after the other, and then the last one again. The SDK itself
 * sends each call `maxAttempts` times.
 */
export async function tableAnswering(answers: readonly WireAnswer[], maxAttempts = 1) {
  let next = 0;
  const { calls, client: config } = await startWire(() => {
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    return answer ?? {};
  });
  const client = dynamoClient({ ...config, maxAttempts });
  clients.push(client);
  return { calls, table: openTable(client, 'table') };
}

/** The names of the operations that were called. */
export function operations(calls: readonly WireCall[]): string[] {
  return calls.map(({ operation }) => operation.slice(operation.indexOf('.') + 1));
}

/** A transaction that was cancelled: a reason for each of its parts. */
export function cancelled(...codes: readonly string[]): WireAnswer {
  const { status, headers, body } = refusal(400, 'TransactionCanceledException', 'cancelled');
  const CancellationReasons = codes.map((Code) => ({ Code, Message: `because of ${Code}` }));
  return {
    ...{ status, headers },
    body: { ...(body as object), CancellationReasons },
  } as WireAnswer;
}
