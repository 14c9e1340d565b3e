import type { Route } from '../api.ts';
import { shapeAccount } from '../present/account.ts';

/** What people of the playground say of themselves, all alike. */
const untold = {
  name: null,
  email: null,
  bio: null,
  blog: null,
  company: null,
  hireable: null,
  location: null,
  followers: 0,
  following: 0,
  public_gists: 0,
  public_repos: 0,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
};

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
        body: { ...shapeAccount(world, account), ...untold },
      };
    },
  },
];
