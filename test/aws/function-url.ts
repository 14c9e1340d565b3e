import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';

/** A handler whose answer is streamed, as Lambda's runtime calls it. */
export type StreamingHandler = (
  event: LambdaFunctionURLEvent,
  stream: Writable,
  context: Context,
) => Promise<void>;

/** What parts the head of a streamed answer from its body. */
const nulls = Buffer.alloc(8);

/**
 * What Lambda's runtime gives to functions that stream: the answer's status and headers go first over the same stream,
 * as JSON and eight zero bytes (https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html).
 */
export function provideStreaming(): void {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse: (handler: StreamingHandler) => handler,
      HttpResponseStream: {
        from: (stream: Writable, head: unknown) => {
          stream.write(JSON.stringify(head));
          stream.write(nulls);
          return stream;
        },
      },
    },
  });
}

/** A function's URL on loopback: requests become events, what the function streams becomes the answer, as it comes. */
export async function startFunctionUrl(
  handler: StreamingHandler,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = invoke(handler, request, response).catch(() => void response.destroy());
    running.add(answered);
    void answered.then(() => running.delete(answered));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
      await Promise.all(running);
    },
  };
}

async function invoke(
  handler: StreamingHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const [rawPath = '/', rawQueryString = ''] = url.split(/\?(.*)/s);
  const bytes = await buffer(request);
  const event = {
    ...{ version: '2.0', rawPath, rawQueryString },
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(',')]),
    ),
    requestContext: { http: { method, path: rawPath } },
    ...(bytes.length > 0 && { body: bytes.toString('utf8') }),
    isBase64Encoded: false,
  };
  const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 900_000 };
  await handler(
    event as unknown as LambdaFunctionURLEvent,
    answerStream(response),
    context as Context,
  );
}

/** Takes the head off the stream. A client that is gone is no fault of the function's, and none that it is told of. */
function answerStream(response: ServerResponse): Writable {
  let head: Buffer | undefined = Buffer.alloc(0);
  const pass = (bytes: Buffer) => void (response.destroyed || response.write(bytes));
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (head === undefined) pass(chunk);
      else {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf(nulls);
        if (end >= 0) {
          const { statusCode, headers } = JSON.parse(head.subarray(0, end).toString('utf8'));
          response.writeHead(statusCode, headers).flushHeaders();
          const rest = head.subarray(end + nulls.length);
          head = undefined;
          if (rest.length > 0) pass(rest);
        }
      }
      done();
    },
    final(done) {
      response.end();
      done();
    },
  });
}
