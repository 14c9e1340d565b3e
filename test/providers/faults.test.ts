import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { ModelReply } from '../../lib/domain/model.ts';
import type { Provider } from '../../lib/domain/ports.ts';
import type { ServedProvider } from '../../lib/domain/run.ts';
import { anthropicProvider } from '../../lib/providers/anthropic.ts';
import { bedrockProvider } from '../../lib/providers/bedrock.ts';
import type { ProviderLimits } from '../../lib/providers/limits.ts';
import { openaiProvider } from '../../lib/providers/openai.ts';
import { openaiCompatibleProvider } from '../../lib/providers/openai-compatible.ts';
import { awsFrames } from '../fakes/aws-frames.ts';
import { anthropicWire } from '../fakes/scripted-anthropic.ts';
import type { ScriptedReply, Wire } from '../fakes/scripted-model.ts';
import { openaiWire } from '../fakes/scripted-openai.ts';
import { responsesWire } from '../fakes/scripted-responses.ts';
import { callTo, impatient, quick, thrown } from './provider-fixture.ts';
import { type Behaviour, rawServer } from './raw-server.ts';

/** Formless, so that no pattern of a redactor knows it. */
const key = 'brass-kettle-orchard-9213';
const limits = quick;
const usage = { input: 11, cacheRead: 0, cacheWrite: 0, output: 7 };
const whole: ScriptedReply = {
  id: 'reply',
  model: 'a-model',
  content: [{ type: 'text', text: 'All done.' }],
  stop: 'end',
  usage,
};

interface Kind {
  readonly name: ServedProvider;
  readonly make: (apiKey: string, limits: ProviderLimits) => Provider;
  readonly wire: Wire;
  readonly path: string;
  readonly setting: string;
  /** What the wire's events are on the way. */
  readonly encode?: (text: string) => Buffer;
}
const kinds: Kind[] = [
  {
    name: 'anthropic',
    make: anthropicProvider,
    wire: anthropicWire,
    path: '',
    setting: 'ANTHROPIC_API_KEY',
  },
  {
    name: 'openai-compatible',
    make: openaiCompatibleProvider,
    wire: openaiWire,
    path: '/v1',
    setting: 'OPENAI_API_KEY',
  },
  {
    name: 'openai',
    make: openaiProvider,
    wire: responsesWire,
    path: '/v1',
    setting: 'OPENAI_API_KEY',
  },
  {
    name: 'bedrock',
    make: (secretAccessKey, given) => {
      const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey });
      return bedrockProvider({ region: 'eu-north-1', credentials }, given);
    },
    wire: anthropicWire,
    path: '',
    setting: "the AWS role's right",
    encode: awsFrames,
  },
];

const said = jest.spyOn(console, 'error');
afterEach(() => {
  // The SDKs would print what they can't read, and a reply is the repository's own words.
  expect(said).not.toHaveBeenCalled();
  said.mockClear();
});

describe.each(kinds)('$name', ({ name, make, wire, path, setting, encode = Buffer.from }) => {
  const stream = (res: Parameters<Behaviour>[0], text: string, end = true) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    if (end) res.end(encode(text));
    else res.write(encode(text));
  };
  const answers = (reply: ScriptedReply) => wire.events(reply).join('');
  const refuses =
    (status: number, headers: Record<string, string> = {}): Behaviour =>
    (res, _n, req) => {
      const sent = String(req.headers['x-api-key'] ?? req.headers.authorization);
      res.writeHead(status, { 'content-type': 'application/json', ...headers });
      res.end(JSON.stringify(wire.error(status, `no, not with ${sent} of claude-x`)));
    };

  async function against<T>(
    behave: Behaviour,
    use: (provider: Provider, url: string) => Promise<T>,
    given = limits,
  ): Promise<{ result: T; requests: number }> {
    const server = await rawServer(behave);
    try {
      const result = await use(make(key, given), `${server.url}${path}`);
      return { result, requests: server.requests() };
    } finally {
      await server.close();
    }
  }
  const fails = async (behave: Behaviour, given = limits) => {
    const { result: error, requests } = await against(
      behave,
      (provider, url) => thrown(provider, callTo({ provider: name, baseUrl: url })),
      given,
    );
    expect(error.name).toBe('ModelFailed');
    expect(error.message).not.toContain(key);
    expect(error.message.length).toBeLessThan(1_000);
    return { error: error as Error & { used: boolean }, requests };
  };
  const replies = (
    behave: Behaviour,
    given = limits,
  ): Promise<{ result: ModelReply; requests: number }> =>
    against(behave, (provider, url) => provider(callTo({ provider: name, baseUrl: url })), given);

  test.each([
    [401, 1, new RegExp(`refused the key \\(HTTP 401\\): check ${setting}`)],
    [403, 1, new RegExp(`refused the key \\(HTTP 403\\): check ${setting}`)],
    [404, 1, /knows no such model or address \(HTTP 404\): check --model and --base-url/],
    [400, 1, /refused the request \(HTTP 400\)/],
    [413, 1, /refused the request \(HTTP 413\)/],
    [429, 3, /limits the rate of this key, also after retries/],
    [500, 3, /failed, also after retries \(HTTP 500\)/],
    [503, 3, /failed, also after retries \(HTTP 503\)/],
    [529, 3, /failed, also after retries \(HTTP 529\)/],
  ])(
    'that goes on with %d: %d requests, a named error, nothing used',
    async (status, asked, told) => {
      const { error, requests } = await fails(refuses(status, { 'retry-after-ms': '1' }));
      expect(error.message).toMatch(told);
      expect(error.used).toBe(false);
      expect(requests).toBe(asked);
    },
  );

  test.each([
    ['seconds', { 'retry-after': '0' }],
    ['seconds that no run can wait', { 'retry-after': '86400' }],
    ['a date', { 'retry-after': new Date(Date.now() - 1_000).toUTCString() }],
    ['a date tomorrow', { 'retry-after': new Date(Date.now() + 86_400_000).toUTCString() }],
    ['milliseconds that no run can wait', { 'retry-after-ms': '86400000' }],
    ['no time at all', { 'retry-after': 'soon' }],
  ])('429 with retry-after as %s: asked again, used once', async (_, headers) => {
    const { result, requests } = await replies((res, n, req) => {
      if (n === 1) refuses(429, headers as Record<string, string>)(res, n, req);
      else stream(res, answers(whole));
    });
    expect(result).toMatchObject({ content: whole.content, usage });
    expect(requests).toBe(2);
  });

  const events = wire.events(whole);
  const half = events.slice(0, 2).join('');
  const broken: [string, Behaviour, ProviderLimits?][] = [
    [
      'a cut stream',
      (res) => {
        stream(res, half, false);
        setTimeout(() => res.destroy(), 20);
      },
    ],
    ['a stalled stream', (res) => stream(res, half, false), impatient],
    ['a stream that ends early', (res) => stream(res, half)],
    ['a page for people', (res) => stream(res, '<!doctype html><h1>It works!</h1>')],
    [
      'an event that is no JSON',
      (res) => stream(res, `${half}event: message_delta\ndata: {"a\n\n`),
    ],
    ['JSON of another shape', (res) => stream(res, 'event: message_start\ndata: [1, null]\n\n')],
    [
      'a whole reply where a stream was asked for',
      (res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end(JSON.stringify(wire.whole(whole)));
      },
    ],
    ['nothing', (res) => stream(res, '')],
  ];

  test.each(broken)(
    '%s is asked again; going on, it is given up by name',
    async (_, breaks, given = limits) => {
      const mended = await replies((res, n, req) => {
        if (n === 1) breaks(res, n, req);
        else stream(res, answers(whole));
      }, given);
      expect(mended.result).toMatchObject({ content: whole.content, stop: 'end' });
      expect(mended.requests).toBe(2);
      // Nothing comes after a silence here, and one of the three streams is enough to have been used.
      const { error, requests } = await fails(breaks, { ...given, idleMs: given.idleMs / 3 });
      expect(error.message).toMatch(/gave no complete reply/);
      expect(error.used).toBe(true);
      expect(requests).toBe(limits.streams);
    },
  );

  test('what a reply had used that broke off counts as well, to where it came', async () => {
    const told = 'All done.';
    const untilSaid =
      events.findLastIndex((event) => event.includes(told.slice(-3)) && !event.includes(told)) + 1;
    expect(untilSaid).toBeGreaterThan(1);
    const { result } = await replies((res, n) => {
      if (n <= 2) stream(res, events.slice(0, untilSaid).join(''));
      else stream(res, answers(whole));
    });
    expect(result).toMatchObject({ content: whole.content, estimated: true });
    const output = usage.output + 2 * told.length;
    expect(result.usage).toEqual({ ...usage, input: 3 * usage.input, output });
  });

  test('an answer without end is cut off, once', async () => {
    const { error, requests } = await fails((res) => {
      stream(res, half, false);
      const more = encode(`: ${'x'.repeat(1024 * 1024)}\n`);
      const pour = () => {
        while (!res.destroyed && res.write(more));
      };
      res.on('drain', pour);
      pour();
    });
    expect(error.message).toMatch(/larger than 32 MiB/);
    expect(error.used).toBe(true);
    expect(requests).toBe(1);
  });

  test('a server that is not there, or hangs up on everybody: named, nothing used', async () => {
    const gone = await rawServer(() => {});
    await gone.close();
    const error = await thrown(
      make(key, limits),
      callTo({ provider: name, baseUrl: `${gone.url}${path}` }),
    );
    expect(error).toMatchObject({ name: 'ModelFailed', used: false });
    const { error: hungUp, requests } = await fails((res) => res.destroy());
    expect(hungUp.used).toBe(false);
    expect(requests).toBe(1 + limits.retries);
  });

  test('an empty answer, a refusal and one cut by its length are replies, used once', async () => {
    for (const stop of ['end', 'refusal', 'length'] as const) {
      const content = stop === 'length' ? whole.content : [];
      const { result, requests } = await replies((res) =>
        stream(res, answers({ ...whole, content, stop })),
      );
      expect(result).toMatchObject({ content, stop, usage });
      expect(requests).toBe(1);
    }
  });

  test('a tool call cut in the middle is kept as what it is', async () => {
    const rawInput = '{"path": "src/su';
    const content = [{ type: 'tool_use', id: 't1', name: 'read', rawInput }] as const;
    const { result } = await replies((res) =>
      stream(res, answers({ ...whole, content, stop: 'length' })),
    );
    const made = { type: 'tool_use', id: 't1', name: 'read', input: {}, invalid: rawInput };
    expect(result).toMatchObject({ content: [made], stop: 'length', usage });
  });
});
