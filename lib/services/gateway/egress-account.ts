import { type StageAttempt, type StageRecord, stageLabel } from '../../domain/stage.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import type { RegistryList } from './registry-list.ts';

/** Bounds of all set-ups of one attempt: its session can open them at any time, as often as it may. */
export interface EgressLimits {
  /** Each writes two events. A rehearsal opens one per tree, and a coder of strategy `rewrite` rehearses often. */
  readonly openings: number;
  /** At a time. */
  readonly connections: number;
  /** Both ways, in all: four trees of a verifier at 4 GiB each. */
  readonly bytes: number;
  /** Refusals that are recorded; more are only counted. */
  readonly refusals: number;
}
export const egressLimits: EgressLimits = {
  openings: 100,
  connections: 64,
  bytes: 16 * 1024 ** 3,
  refusals: 20,
};

/** What one attempt has used, over all its set-ups. */
interface Account {
  readonly stage: StageAttempt;
  readonly expires: number;
  /** The set-up that is open. */
  grant: Grant | undefined;
  openings: number;
  live: number;
  bytes: number;
  refusals: number;
}

/** One set-up, and what is told of it at its end. */
export interface Grant {
  readonly account: Account;
  /** SHA-256 of the proxy credential's secret. */
  readonly key: string;
  /** What the repository's own policy lists. */
  readonly own: RegistryList;
  readonly hosts: Set<string>;
  /** What ends each of its connections. */
  readonly open: Set<() => void>;
  connections: number;
  bytes: number;
  refusals: number;
}

const nameOf = (stage: StageAttempt) => `${stage.run}/${stageLabel(stage)}`;

/** The accounts of all attempts, each kept until nobody can speak for its attempt any more. */
export function egressAccounts(clock: GatewayPorts['clock']) {
  const accounts = new Map<string, Account>();
  const forgetExpired = () => {
    for (const [name, { expires, grant }] of accounts) {
      if (expires >= clock.now()) continue;
      accounts.delete(name);
      for (const end of grant?.open ?? []) end();
    }
  };
  return {
    find: (stage: StageAttempt) => accounts.get(nameOf(stage)),
    /** The attempt's account; a fresh one where it has none. */
    of: (stage: StageRecord): Account => {
      const found = accounts.get(nameOf(stage));
      if (found !== undefined) return found;
      forgetExpired();
      const { run, role, round, attempt, deadline: expires } = stage;
      const key = { run, role, round, attempt };
      const used = { openings: 0, live: 0, bytes: 0, refusals: 0 };
      const account: Account = { stage: key, expires, grant: undefined, ...used };
      accounts.set(nameOf(stage), account);
      return account;
    },
    granted: (key: string): Grant | undefined => {
      for (const { grant } of accounts.values()) if (grant?.key === key) return grant;
      return undefined;
    },
  };
}
