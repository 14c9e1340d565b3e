import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { askGateway } from '../../lib/agent/gateway-request.ts';
import {
  BudgetExceeded,
  RequestTooLarge,
  SessionRefused,
  StageLost,
} from '../../lib/domain/errors.ts';

/** Asks a server that answers like this. */
async function ask(
  listener: RequestListener,
  given: { timeoutMs?: number; signal?: AbortSignal } = {},
) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const asked = { method: 'POST', path: '/v1/x', body: { a: 'ü' }, timeoutMs: 10_000 } as const;
    return await askGateway({ base: url }, 'token', { ...asked, ...given });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('askGateway', () => {
  test('sends JSON under the session and gives JSON back', async () => {
    const answer = await ask((request, response) => {
      request.setEncoding('utf8').once('data', (body: string) => {
        response.end(JSON.stringify({ got: JSON.parse(body), as: request.headers.authorization }));
      });
    });
    expect(answer).toEqual({ got: { a: 'ü' }, as: 'Bearer token' });
  });

  test('nothing is undefined, white space before the answer is passed over', async () => {
    expect(await ask((_, response) => response.writeHead(204).end())).toBeUndefined();
    const slow: RequestListener = (_, response) => {
      response.write('  ');
      setImmediate(() => response.end('\n {"ok":true}'));
    };
    expect(await ask(slow)).toEqual({ ok: true });
  });

  test('an error is the one that the body names, also under 200', async () => {
    const told = { error: 'BudgetExceeded', message: 'too dear' };
    const late: RequestListener = (_, response) => response.end(` ${JSON.stringify(told)}`);
    await expect(ask(late)).rejects.toThrow(new BudgetExceeded('too dear'));
    const refused: RequestListener = (_, response) =>
      response.writeHead(401).end('{"error":"SessionRefused","message":"no"}');
    await expect(ask(refused)).rejects.toThrow(SessionRefused);
  });

  test("a request that a function's URL refuses by its size is named", async () => {
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    const message = 'Request must be smaller than 6291456 bytes for the InvokeFunction operation';
    const refused: RequestListener = (_, response) =>
      response.writeHead(413).end(JSON.stringify({ Message: message }));
    await expect(ask(refused)).rejects.toThrow(RequestTooLarge);
    await expect(ask(refused)).rejects.toThrow(/6291456/);
  });

  test.each<[string, RequestListener]>([
    ['a status without a word', (_, response) => response.writeHead(500).end()],
    ['what is not JSON', (_, response) => response.end('<html>')],
    ['a connection that breaks', (request) => request.socket.destroy()],
    [
      'an answer that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{', () => response.destroy());
      },
    ],
  ])('%s is StageLost', async (_, listener) => {
    await expect(ask(listener)).rejects.toThrow(StageLost);
  });

  test('speaks TLS with a gateway whose address says so', async () => {
    let first: number | undefined;
    const server = createTcpServer((socket) => {
      socket.once('data', (bytes) => {
        first = bytes[0];
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const asked = { method: 'GET', path: '/v1/x', timeoutMs: 10_000 } as const;
    await expect(askGateway({ base: url }, undefined, asked)).rejects.toThrow(StageLost);
    server.close();
    // A handshake's record.
    expect(first).toBe(0x16);
  });

  test('no answer in time is StageLost, an abort is its own reason', async () => {
    await expect(ask(() => {}, { timeoutMs: 50 })).rejects.toThrow(/no answer in 50 ms/);
    const reason = new Error('mine');
    const controller = new AbortController();
    const asked = ask(() => controller.abort(reason), { signal: controller.signal });
    await expect(asked).rejects.toBe(reason);
  });
});
