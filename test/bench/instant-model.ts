import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ScriptedPart } from '../fakes/scripted-model.ts';
import { openaiWire } from '../fakes/scripted-openai.ts';

/** One request. Times by `performance.now()`. */
export interface Asked {
  readonly system: string;
  readonly body: string;
  readonly arrivedAt: number;
  readonly answeredAt: number;
}

/** What a role says in a turn, counted from 1. */
export type Says = (system: string, turn: number) => readonly ScriptedPart[];

/** A model server that speaks OpenAI Chat Completions and answers at once. */
export interface InstantModel {
  readonly url: string;
  /** Every request so far; empty where `keep` was not given. */
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** Starts it. It keeps the requests where `keep` is given: bodies take memory. */
export async function startInstantModel(says: Says, keep = false): Promise<InstantModel> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const arrivedAt = performance.now();
    answer(request, response, says).then(
      ({ system, body }) => {
        if (keep) asked.push({ system, body, arrivedAt, answeredAt: performance.now() });
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, says: Says) {
  const body = await text(request);
  const asked = JSON.parse(body);
  const { system, assistantMessages } = openaiWire.read(asked);
  const turn = assistantMessages + 1;
  const content = says(system, turn).map((part, n) =>
    part.type === 'tool_use' ? { id: `call-${turn}-${n}`, ...part } : part,
  );
  const usage = { input: 100, cacheRead: 0, cacheWrite: 0, output: 20 };
  const reply = { id: `turn-${turn}`, model: 'instant', stop: 'tool' as const, content, usage };
  const [type, answered] = asked.stream
    ? ['text/event-stream', openaiWire.events(reply).join('')]
    : ['application/json', JSON.stringify(openaiWire.whole(reply))];
  response.writeHead(200, { 'content-type': type }).end(answered);
  return { system, body };
}
