import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ModelChoice } from '../../lib/domain/run.ts';
import { inspectModels } from '../../lib/providers/inspect.ts';
import type { ProviderSecrets } from '../../lib/providers/keys.ts';

const server = createServer((request, response) => {
  const key = request.headers.authorization ?? `Bearer ${request.headers['x-api-key'] ?? ''}`;
  const status = key === 'Bearer good-key' ? 200 : 401;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(status === 200 ? JSON.stringify({ data: [{ id: 'small' }, { id: 'big' }] }) : '{}');
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const openai = (model: string) => ({
  provider: 'openai-compatible' as const,
  model,
  baseUrl: `${url}/v1`,
});
const look = { call: false };
const inspectModel = (model: ModelChoice, ...rest: [ProviderSecrets, { call: boolean }]) =>
  inspectModels({ model, roleModels: {} }, ...rest);

test('a server that has the model, on both wires', async () => {
  const found = await inspectModel(openai('big'), { openaiKey: 'good-key' }, look);
  expect(found).toEqual([{ name: 'model server', state: 'ok', detail: `${url} has big` }]);
  const choice = { provider: 'anthropic' as const, model: 'small', baseUrl: url };
  const [same] = await inspectModel(choice, { anthropicKey: 'good-key' }, look);
  expect(same).toMatchObject({ state: 'ok' });
});

test('a model that is not listed, a key that is refused, a server that is not there', async () => {
  const [other] = await inspectModel(openai('huge'), { openaiKey: 'good-key' }, look);
  expect(other).toMatchObject({
    state: 'warning',
    fix: expect.stringMatching(/--model: small, big$/),
  });
  const [refused] = await inspectModel(openai('big'), { openaiKey: 'bad-key' }, look);
  expect(refused).toMatchObject({ state: 'error', detail: `${url} refuses the key (401)` });
  expect(JSON.stringify(refused)).not.toContain('bad-key');
  const [gone] = await inspectModel({ ...openai('big'), baseUrl: 'http://127.0.0.1:9' }, {}, look);
  expect(gone).toMatchObject({ state: 'error' });
});

test('a call is made only where it is asked for', async () => {
  const found = await inspectModel(openai('big'), { openaiKey: 'bad-key' }, { call: true });
  expect(found.map(({ name, state }) => [name, state])).toEqual([
    ['model server', 'error'],
    ['model call', 'error'],
  ]);
});
