import type { Permissions } from '../../domain/mint.ts';
import type { RepositoryClient, WithAccess } from '../access.ts';

/** Does work whose token is made when GitHub is asked for the first time, if ever, and ended after it. */
export async function onDemand<T>(
  access: WithAccess,
  permissions: Permissions,
  work: (github: () => Promise<RepositoryClient>) => Promise<T>,
): Promise<T> {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let client: Promise<RepositoryClient> | undefined;
  let lent: Promise<void> | undefined;
  const open = () =>
    new Promise<RepositoryClient>((resolve, reject) => {
      lent = access(permissions, (github) => {
        resolve(github);
        return over;
      });
      lent.catch(reject);
    });
  try {
    return await work(() => {
      client ??= open();
      return client;
    });
  } finally {
    end();
    // That there was no token is told to who asked for it.
    await lent?.catch(() => undefined);
  }
}
