import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { bedrockProvider, bedrockRelay } from '../../lib/providers/bedrock.ts';
import { awsFrame, awsFrames } from '../fakes/aws-frames.ts';
import { anthropicWire } from '../fakes/scripted-anthropic.ts';
import type { ScriptedReply } from '../fakes/scripted-model.ts';
import { callTo, quick, thrown } from './provider-fixture.ts';
import { rawServer } from './raw-server.ts';

const access = {
  region: 'eu-north-1',
  credentials: async () => ({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'not-a-real-one',
    sessionToken: 'a-session',
  }),
};
const reply: ScriptedReply = {
  id: 'reply',
  model: 'claude',
  content: [{ type: 'text', text: 'Done.' }],
  stop: 'end',
  usage: { input: 11, cacheRead: 5, cacheWrite: 3, output: 7 },
};

interface Seen {
  readonly url: string | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: Record<string, unknown>;
}

/** A server that answers every call with the reply, and what it was asked for. */
async function withBedrock<T>(use: (url: string, seen: Seen[]) => Promise<T>): Promise<T> {
  const seen: Seen[] = [];
  const server = await rawServer(async (res, _n, req) => {
    seen.push({ url: req.url, headers: req.headers, body: JSON.parse(await text(req)) });
    if (req.url?.endsWith('/invoke')) {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(anthropicWire.whole(reply)));
      return;
    }
    res.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    const bytes = awsFrames(anthropicWire.events(reply).join(''));
    // Torn within a message.
    res.write(bytes.subarray(0, 333));
    setTimeout(() => res.end(bytes.subarray(333)), 20);
  });
  try {
    return await use(server.url, seen);
  } finally {
    await server.close();
  }
}

test('a turn is asked for by InvokeModelWithResponseStream, signed, and read from its event stream', async () => {
  await withBedrock(async (baseUrl, seen) => {
    const call = callTo({ provider: 'bedrock', baseUrl });
    const choice = { ...call.choice, model: 'eu.anthropic.claude-x-v1:0' };
    const found = await bedrockProvider(access, quick)({ ...call, choice });
    expect(found).toMatchObject({ content: reply.content, stop: 'end', usage: reply.usage });
    const [{ url, headers, body }] = seen as [Seen];
    expect(url).toBe('/model/eu.anthropic.claude-x-v1%3A0/invoke-with-response-stream');
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-north-1\/bedrock\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(headers).toMatchObject({ 'x-amz-security-token': 'a-session' });
    expect(headers).not.toHaveProperty('x-api-key');
    expect(body).toMatchObject({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 1000 });
    expect(body).not.toHaveProperty('model');
    expect(body).not.toHaveProperty('stream');
  });
});

test.each([true, false])('a call over Messages is relayed; stream: %s', async (stream) => {
  await withBedrock(async (baseUrl, seen) => {
    const { choice, address, signal } = callTo({ provider: 'bedrock', baseUrl });
    const relayed = await bedrockRelay(
      access,
      quick,
    )({
      wire: 'messages',
      choice,
      address,
      signal,
      stream,
      body: { model: 'claude-x', max_tokens: 9, messages: [], stream },
      headers: { 'anthropic-beta': 'one,two' },
    });
    const said = await text(relayed.body);
    expect(said).toBe(
      stream ? anthropicWire.events(reply).join('') : JSON.stringify(anthropicWire.whole(reply)),
    );
    expect(seen[0]?.body).toMatchObject({ anthropic_beta: ['one', 'two'] });
  });
});

test('an exception within the stream is asked again, and told by its name', async () => {
  const exception = awsFrame(
    { ':message-type': 'exception', ':exception-type': 'throttlingException' },
    { message: 'Too many tokens' },
  );
  const server = await rawServer((res) => {
    res.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    res.end(exception);
  });
  try {
    const call = callTo({ provider: 'bedrock', baseUrl: server.url });
    const error = await thrown(bedrockProvider(access, quick), call);
    expect(error).toMatchObject({ name: 'ModelFailed', used: true });
    expect(error.message).toContain('throttlingException: Too many tokens');
    expect(server.requests()).toBe(quick.streams);
  } finally {
    await server.close();
  }
});
