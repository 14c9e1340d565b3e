import type { Route } from '../api.ts';
import { notFound } from '../errors.ts';
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

/** Accounts: the caller's own, and anybody's by login. */
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
  {
    method: 'GET',
    path: '/users/:login',
    need: 'anyone',
    handle({ world, params }) {
      const bot = `${world.app.slug}[bot]`;
      const login = params.login?.toLowerCase();
      const known = world.store.state.accounts.find((each) => each.login.toLowerCase() === login);
      const account = login === bot ? world.store.account(bot, 'Bot') : known;
      if (account === undefined) throw notFound();
      return { status: 200, body: { ...shapeAccount(world, account), ...untold } };
    },
  },
];
