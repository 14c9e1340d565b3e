import type { Account, Repository } from './model.ts';
import { nodeId, shapeAccount } from './present/account.ts';
import { shapeRepository } from './present/repository.ts';
import type { World } from './world.ts';

/** Where something happened, and who did it. */
export interface Scene {
  readonly world: World;
  readonly repository: Repository;
  readonly actor: Account;
}

/** Sends a webhook event: what happened, then the repository, the sender and the installation. */
export function emit(
  { world, repository, actor }: Scene,
  event: string,
  payload: Record<string, unknown>,
): void {
  const installation = world.store.installationOf(repository.owner);
  const whole = {
    ...payload,
    repository: shapeRepository(world, repository),
    sender: shapeAccount(world, actor),
    ...(installation
      ? { installation: { id: installation.id, node_id: nodeId('MDI', installation.id) } }
      : {}),
  };
  world.observer.happened(event, whole);
  world.webhooks.send(event, whole);
}
