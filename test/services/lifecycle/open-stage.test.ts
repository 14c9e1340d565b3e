import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EgressUnavailable } from '../../../lib/domain/errors.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { defaultLimits } from '../../../lib/domain/stage.ts';
import { openStage } from '../../../lib/services/lifecycle/open-stage.ts';
import { onPlayground } from '../publisher/whole-run.ts';

let world: Awaited<ReturnType<typeof onPlayground>>;
beforeAll(async () => {
  world = await onPlayground();
});
afterAll(() => world.close());

/** Where stages are told the way out that is given; `undefined`: it is not there. */
async function opened(way: Pick<Ports, 'proxyAddress'>) {
  const { id } = await world.run();
  const limitsOf = () => defaultLimits.coder;
  return openStage({ ...world.ports, limitsOf, ...way }, { run: id, role: 'coder', round: 1 });
}
const attempts = async () => (await world.ports.stages.list((await world.run()).id)).length;

test('a stage that could reach nothing is not opened, and the same call goes through once there is a way out', async () => {
  await expect(opened({ proxyAddress: async () => undefined })).rejects.toThrow(EgressUnavailable);
  expect(await attempts()).toBe(0);
  const { environment } = await opened({ proxyAddress: async () => 'http://10.0.0.9:3128' });
  expect(environment).toContainEqual({ Name: 'ENTROPY_PROXY', Value: 'http://10.0.0.9:3128' });
  expect(await attempts()).toBe(1);
});

test('where sandboxes have a way of their own they are told no proxy', async () => {
  const { environment } = await opened({});
  expect(environment.map(({ Name }) => Name)).not.toContain('ENTROPY_PROXY');
});
