import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from '@jest/globals';
import { parameterSecrets, webhookSecrets } from '../../lib/aws/secrets.ts';
import { refusal, startWire, type WireAnswer } from './wire.ts';

const long = 'x'.repeat(32);
const names = { webhook: '/e/webhook', webhookPrevious: '/e/previous', anthropic: '/e/model' };

/** SSM with these parameters, and a clock that stands still. */
async function store(parameters: Record<string, string>, faults: WireAnswer[] = []) {
  const clock = { now: 0 };
  const { calls, client } = await startWire(({ body }) => {
    const asked = body.Names as string[];
    const known = asked.filter((name) => Object.hasOwn(parameters, name));
    const Parameters = known.map((Name) => ({ Name, Value: parameters[Name] }));
    const InvalidParameters = asked.filter((name) => !known.includes(name));
    return faults.shift() ?? { body: { Parameters, InvalidParameters } };
  });
  const ssm = new SSMClient(client);
  const secrets = (wanted: Record<string, string> = names) =>
    parameterSecrets(ssm, wanted, () => clock.now);
  return { calls, clock, parameters, secrets };
}

test('reads what is set, decrypted, and asks again after five minutes', async () => {
  const { calls, clock, parameters, secrets } = await store({ '/e/webhook': `${long}\n` });
  const { values } = secrets();
  expect([...(await values())]).toEqual([['webhook', long]]);
  parameters['/e/model'] = 'sk-1';
  clock.now = 299_999;
  expect((await values()).has('anthropic')).toBe(false);
  clock.now = 300_000;
  expect((await values()).get('anthropic')).toBe('sk-1');
  expect(calls).toHaveLength(2);
  expect(calls[0]).toEqual({
    operation: 'AmazonSSM.GetParameters',
    body: { Names: Object.values(names), WithDecryption: true },
  });
});

test('asks once for all who ask at the same time', async () => {
  const { calls, secrets } = await store({ '/e/webhook': long });
  const { values } = secrets();
  await Promise.all([values(), values(), values()]);
  expect(calls).toHaveLength(1);
});

test('refreshes on demand, but not as often as a stranger likes', async () => {
  const { calls, clock, parameters, secrets } = await store({ '/e/webhook': long });
  const { values, refreshed } = secrets();
  await values();
  parameters['/e/webhook'] = 'y'.repeat(32);
  clock.now = 9_999;
  expect((await refreshed()).get('webhook')).toBe(long);
  clock.now = 10_000;
  expect((await refreshed()).get('webhook')).toBe('y'.repeat(32));
  await Promise.all(Array.from({ length: 50 }, refreshed));
  expect((await values()).get('webhook')).toBe('y'.repeat(32));
  expect(calls).toHaveLength(2);
});

test('reads more than SSM gives at a time', async () => {
  const wanted = Object.fromEntries(Array.from({ length: 23 }, (_, n) => [`s${n}`, `/e/${n}`]));
  const { calls, secrets } = await store(
    Object.fromEntries(Object.values(wanted).map((name) => [name, `of ${name}`])),
  );
  const values = await secrets(wanted).values();
  expect(values.size).toBe(23);
  expect(values.get('s22')).toBe('of /e/22');
  expect(calls.map(({ body }) => (body.Names as string[]).length)).toEqual([10, 10, 3]);
});

test('a failure is told without a value, and not kept', async () => {
  const denied = refusal(400, 'AccessDeniedException', 'not you');
  const { secrets } = await store({ '/e/webhook': long }, [denied]);
  const { values } = secrets();
  const failed = await values().catch((error: Error) => error);
  expect(failed).toMatchObject({ name: 'ConfigInvalid' });
  expect(failed).not.toHaveProperty('cause');
  expect((await values()).get('webhook')).toBe(long);
});

test("the webhook's secrets come with the current one first, and none is short", () => {
  const from = (values: Record<string, string>) => webhookSecrets(new Map(Object.entries(values)));
  const other = 'y'.repeat(40);
  expect(from({ webhookPrevious: other, webhook: long })).toEqual([long, other]);
  expect(from({ webhook: long, anthropic: 'k' })).toEqual([long]);
  for (const wrong of [{}, { webhook: 'short' }, { webhook: long, webhookPrevious: 'short' }]) {
    expect(() => from(wrong)).toThrow(expect.objectContaining({ name: 'ConfigInvalid' }));
  }
});
