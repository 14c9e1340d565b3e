import { describe, expect, test } from '@jest/globals';
import { openaiProvider } from '../../lib/providers/openai.ts';
import { callTo, coder, quick, request, withModel } from './provider-fixture.ts';

const provider = openaiProvider('a-key', quick);
const done = [{ type: 'text', text: 'Done.' }] as const;
const at = (baseUrl: string) => ({ provider: 'openai', baseUrl }) as const;
const address = { run: 'r-0123456789abcdef0123', role: 'coder', round: 2, attempt: 1, turn: 1 };

/** The bodies that calls made, one after another, in conversations of their own. */
async function sentBy(...calls: readonly Parameters<typeof callTo>[1][]) {
  const scripts = calls.map(() => coder({ content: done }));
  return withModel(scripts, async (server) => {
    for (const call of calls) await provider(callTo(at(server.openaiUrl), call));
    return server.requests.map(({ body }) => body);
  });
}

describe('a form for the reply', () => {
  const responseSchema = {
    name: 'answer',
    schema: { type: 'object', properties: { why: { type: 'string' } }, required: ['why'] },
  };

  test('is asked of Responses where text has its format, to the letter', async () => {
    const [body] = await sentBy({ request: { ...request, responseSchema, temperature: 0.5 } });
    expect(body.text).toEqual({
      format: { type: 'json_schema', strict: true, ...responseSchema },
    });
    expect(body.temperature).toBe(0.5);
    expect(body).not.toHaveProperty('response_format');
  });

  test('is not asked where there is none', async () => {
    const [body] = await sentBy({});
    expect(body).not.toHaveProperty('text');
    expect(body).not.toHaveProperty('temperature');
  });
});

describe('the key of the cache', () => {
  test('is the attempt’s: the same for all its turns, another for the next', async () => {
    const [one, two, three, other] = await sentBy(
      { address },
      { address: { ...address, turn: 2 } },
      { address: { ...address, attempt: 2 } },
      { address: { ...address, run: 'r-ffffffffffffffffffff' } },
    );
    expect(one.prompt_cache_key).toBe('r-0123456789abcdef0123-coder-2-1');
    expect(two.prompt_cache_key).toBe(one.prompt_cache_key);
    const keys = [one, three, other].map((body) => body.prompt_cache_key);
    expect(new Set(keys).size).toBe(3);
  });

  test('is no longer than the API takes', async () => {
    const [body] = await sentBy({ address: { ...address, run: 'r'.repeat(100) } });
    expect(body.prompt_cache_key).toHaveLength(64);
  });
});

test('nothing is kept at the provider, and reasoning comes in a form that can go back', async () => {
  const [body] = await sentBy({});
  expect(body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
});
