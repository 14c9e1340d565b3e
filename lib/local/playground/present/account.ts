import type { Account } from '../model.ts';
import type { World } from '../world.ts';

/** A node id in the form of GitHub's: opaque, and unlike for unlike things. */
export function nodeId(prefix: string, id: number | string): string {
  return `${prefix}_${Buffer.from(`${prefix}:${id}`).toString('base64url')}`;
}

/** GitHub's "simple user". */
export function shapeAccount(world: World, account: Account) {
  const url = `${world.urls.api}/users/${encodeURIComponent(account.login)}`;
  const bot = account.type === 'Bot';
  const page = bot ? `apps/${account.login.replace(/\[bot\]$/, '')}` : account.login;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(bot ? 'BOT' : account.type === 'Organization' ? 'O' : 'U', account.id),
    avatar_url: `${world.urls.root}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${world.urls.root}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** The account of a login, shaped. */
export function shapeLogin(world: World, login: string) {
  return shapeAccount(world, world.store.account(login));
}
