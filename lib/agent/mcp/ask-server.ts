import type { Writable } from 'node:stream';
import type { ToolServer } from '../../domain/engine.ts';
import { asObject, type Loose, objectIn, textIn } from '../engines/json-line.ts';
import { lineSplitter } from '../engines/line-splitter.ts';
import { type ToolPlace, ToolProblem } from '../tools/tool.ts';

/** The revision of the protocol that is asked for; servers answer with one of their own. */
const revision = '2025-06-18';
const keptBytes = 4_096;
const startMs = 60_000;

/**
 * Starts a tool server as the sandbox's tools are started, asks it one thing (JSON-RPC over standard streams, the
 * Model Context Protocol), and ends it. A server lives for one question: with a command it would be ended anyhow, as
 * all that tools leave running, and so keeps nothing from one question to the next. Throws `ToolProblem`.
 */
export async function askServer(
  place: ToolPlace,
  server: ToolServer,
  method: 'tools/list' | 'tools/call',
  params: Record<string, unknown>,
): Promise<Loose> {
  const enough = new AbortController();
  let stdin: Writable | undefined;
  let reply: Loose | undefined;
  const send = (message: object) =>
    stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const lines = lineSplitter((line) => {
    const message = objectIn(line);
    if (message?.id === 1 && message.method === undefined) {
      send({ method: 'notifications/initialized' });
      send({ id: 2, method, params });
    } else if (message?.id === 2 && message.method === undefined) {
      reply = message;
      stdin?.end();
      enough.abort();
    }
  });
  const result = await place.exec({
    // Its notes go to standard error, which would break lines of answers.
    run: ['/bin/sh', '-c', 'exec "$@" 2>/dev/null', 'sh', ...server.command],
    cwd: place.root,
    env: { ...place.env, ...server.env },
    timeoutMs: method === 'tools/list' ? Math.min(startMs, place.commandMs) : place.commandMs,
    outputLimit: keptBytes,
    floodLimit: place.floodBytes,
    signal: AbortSignal.any([place.signal, enough.signal]),
    onInput: (given) => {
      stdin = given;
      const clientInfo = { name: 'entropy-playground', version: '1' };
      const hello = { protocolVersion: revision, capabilities: {}, clientInfo };
      send({ id: 1, method: 'initialize', params: hello });
    },
    onOutput: (chunk) => lines.add(chunk),
  });
  place.signal.throwIfAborted();
  if (reply === undefined) {
    const how = result.timedOut
      ? 'gave no answer in time'
      : `ended (${result.exitCode}) unanswered`;
    throw new ToolProblem(`the tool server ${how}`);
  }
  const fault = asObject(reply.error);
  if (fault !== undefined) throw new ToolProblem(textIn(fault.message) ?? 'it refused');
  return asObject(reply.result) ?? {};
}
