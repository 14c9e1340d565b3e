import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account, Installation, Repository, Role, State } from './model.ts';

const snapshotName = 'state.json';
const snapshotDelayMs = 50;

/** The state, its look-ups, and its copy on disk. */
export interface Store {
  readonly state: State;
  nextId(): number;
  /** The account by login; made on first mention. */
  account(login: string, type?: Account['type']): Account;
  findAccount(login: string): Account | undefined;
  repository(owner: string, name: string): Repository | undefined;
  installationOf(owner: string): Installation | undefined;
  /** Notes a change; the snapshot follows within 50 ms. */
  changed(): void;
  /** Writes what is noted; later changes stay in memory. */
  close(): void;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Opens the state of `dataDir`; continues from its snapshot where there is one. */
export function openStore(dataDir: string): Store {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, snapshotName);
  const state: State = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { lastId: 1000, accounts: [], installations: [], repositories: [] };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const flush = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
    renameSync(`${file}.new`, file);
  };
  const nextId = () => {
    state.lastId += 1;
    return state.lastId;
  };
  const findAccount = (login: string) => state.accounts.find((each) => same(each.login, login));
  return {
    state,
    nextId,
    findAccount,
    account(login, type = 'User') {
      const found = findAccount(login);
      if (found) return found;
      const account = { id: nextId(), login, type };
      state.accounts.push(account);
      return account;
    },
    repository: (owner, name) =>
      state.repositories.find((each) => same(each.owner, owner) && same(each.name, name)),
    installationOf: (owner) => state.installations.find((each) => same(each.owner, owner)),
    changed() {
      if (!closed) timer ??= setTimeout(flush, snapshotDelayMs);
    },
    close() {
      flush();
      closed = true;
    },
  };
}

/** A person's role in a repository; everyone may read a public one. */
export function roleOf(repository: Repository, login: string): Role {
  if (same(repository.owner, login)) return 'admin';
  const found = Object.entries(repository.collaborators).find(([name]) => same(name, login));
  return found?.[1] ?? (repository.private ? 'none' : 'read');
}
