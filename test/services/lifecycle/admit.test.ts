import { expect, test } from '@jest/globals';
import type { Exposure } from '../../../lib/domain/exposure.ts';
import { admit } from '../../../lib/services/lifecycle/admit.ts';
import { onPlayground } from '../publisher/whole-run.ts';

async function admitted(isPrivate: boolean, exposure: Exposure) {
  const world = await onPlayground({ private: isPrivate });
  try {
    const { id } = await world.run();
    const { proceed } = await admit({ ...world.ports, exposure }, { run: id });
    return { proceed, note: (await world.run()).note };
  } finally {
    await world.close();
  }
}

test('a private repository is let in where sandboxes can carry nothing out, or the operator accepts it', async () => {
  expect(await admitted(true, 'any')).toEqual({ proceed: true, note: undefined });
  expect(await admitted(false, 'public')).toEqual({ proceed: true, note: undefined });
  expect(await admitted(true, 'public')).toEqual({
    proceed: false,
    note: expect.stringMatching(/is private.*-c tier=proxied.*-c acceptPrivate=true/),
  });
});
