import type { Route } from '../api.ts';
import { shapeAccount } from '../present/account.ts';

/** Who a person's token speaks for. */
export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/user',
    need: 'user',
    handle({ world, principal }) {
      const login = principal.kind === 'user' ? principal.login : '';
      const account = world.store.account(login);
      return {
        status: 200,
        body: { ...shapeAccount(world, account), name: null, email: null },
      };
    },
  },
];
