import { expect, test } from '@jest/globals';
import { settingsStore } from '../../lib/aws/deployment-settings.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { startParameters } from './parameter-wire.ts';

test('what was said is kept beside the deployment, in the open', async () => {
  const { ssm, values } = await startParameters();
  const store = settingsStore(ssm, 'two');
  expect(await store.read()).toEqual({});
  await store.write({ capacity: '3', appId: '12' });
  expect(values.get('/entropy/two/settings')?.type).toBe('String');
  expect(await store.read()).toEqual({ capacity: '3', appId: '12' });
});

test.each(['no JSON', '[1]', '{"capacity":3}'])(
  'what holds no settings is said: %s',
  async (value) => {
    const { ssm, values } = await startParameters();
    values.set('/entropy/two/settings', { type: 'String', value });
    await expect(settingsStore(ssm, 'two').read()).rejects.toThrow(ConfigInvalid);
  },
);
