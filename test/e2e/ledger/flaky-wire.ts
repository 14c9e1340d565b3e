import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpoint } from '../store/open-table.ts';

/** What may happen to a call on its way: `lost` is done, and its answer does not arrive. */
export type Fault = 'reset' | 'lost' | 'slow-down' | 'broken' | 'conflict';

/** Decides by the call's number, from 0 and since `begin`, and by what it is. */
export type Faults = (call: number, what: string) => Fault | undefined;

/** A way to the emulator on which calls come to grief. The caller closes it. */
export async function startFlakyWire() {
  let faults: Faults = () => undefined;
  let calls: string[] = [];
  let fired: Fault[] = [];
  const server = createServer((request, response) => {
    const what = `${request.method} ${request.headers['x-amz-target'] ?? request.url}`;
    const fault = faults(calls.push(what) - 1, what);
    if (fault !== undefined) fired.push(fault);
    if (fault === 'reset') return void request.socket.destroy();
    if (fault === undefined || fault === 'lost') return pass(request, response, fault === 'lost');
    request.resume().on('end', () => refuse(request, response, fault));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begin: (next: Faults = () => undefined) => {
      faults = next;
      calls = [];
      fired = [];
    },
    calls: () => calls,
    /** What came to grief since `begin`. */
    fired: () => fired,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function pass(request: IncomingMessage, response: ServerResponse, lost: boolean): void {
  const { method, url, headers } = request;
  const onward = forward(new URL(url ?? '/', endpoint), { method, headers }, (answer) => {
    if (lost) return void answer.resume().on('end', () => request.socket.destroy());
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => request.socket.destroy());
  request.pipe(onward);
}

const refusals = {
  'slow-down': [503, 'SlowDown'],
  broken: [500, 'InternalError'],
  conflict: [409, 'ConditionalRequestConflict'],
} as const;

function refuse(request: IncomingMessage, response: ServerResponse, fault: keyof typeof refusals) {
  const [status, code] = refusals[fault];
  if (request.headers['x-amz-target'] === undefined) {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${code}</Code><Message>again</Message></Error>`);
    return;
  }
  const __type = fault === 'slow-down' ? 'ThrottlingException' : 'InternalServerError';
  response.writeHead(fault === 'slow-down' ? 400 : 500, {
    'content-type': 'application/x-amz-json-1.0',
  });
  response.end(JSON.stringify({ __type, message: 'again' }));
}
