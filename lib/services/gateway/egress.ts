import { randomBytes } from 'node:crypto';
import { ScopeRefused, SessionRefused } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import type { StageAttempt, StageRecord } from '../../domain/stage.ts';
import { policyOf, runOf } from '../lifecycle/run-facts.ts';
import { type EgressLimits, egressAccounts, egressLimits, type Grant } from './egress-account.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';
import { type RegistriesOf, registryList } from './registry-list.ts';

/** One connection that was let through. */
export interface Passage {
  /** Counts bytes; false where the attempt has used what it may. */
  spend(bytes: number): boolean;
  /** Called when the set-up ends before the connection does; at once where it has ended already. */
  onEnd(end: () => void): void;
  done(): void;
  /** To be asked once the way is there, which may take long. Throws `SessionRefused` where set-up ended meanwhile. */
  confirm(): Promise<void>;
  /** Records that the name led nowhere allowed. */
  refused(reason: string): Promise<ScopeRefused>;
}

/** Egress during set-up: open between two requests of the harness, to listed registries, and recorded. */
export interface Egress {
  /**
   * Opens egress for a stage, ending what it had open. Gives the secret of the proxy credential. Throws `ScopeRefused`
   * for an issue-reader, and for an attempt that has opened it as often as it may.
   */
  open(stage: StageRecord): Promise<string>;
  close(stage: StageAttempt): Promise<void>;
  /** Lets one connection through. Throws `SessionRefused` for the secret, `ScopeRefused` for the host. */
  admit(secret: string, host: string, port: number): Promise<Passage>;
}

/** Credentials and counts are held in memory only: they end with the process. */
export function egressOf(
  ports: GatewayPorts,
  registriesOf: RegistriesOf,
  limits: EgressLimits = egressLimits,
): Egress {
  const accounts = egressAccounts(ports.clock);
  const close = async (stage: StageAttempt) => {
    const account = accounts.find(stage);
    const grant = account?.grant;
    if (account === undefined || grant === undefined) return;
    account.grant = undefined;
    await ended(ports, grant);
  };
  return {
    close,
    open: async (stage) => {
      if (stage.role === 'issue-reader') throw new ScopeRefused('an issue-reader has no set-up');
      const account = accounts.of(stage);
      if (account.openings >= limits.openings) {
        throw new ScopeRefused(`an attempt may open set-up ${limits.openings} times`);
      }
      account.openings += 1;
      await close(stage);
      const secret = `entropy_setup_${randomBytes(24).toString('base64url')}`;
      await told(ports, stage, 'egress.opened', {});
      const policy = await policyOf(ports, await runOf(ports, stage.run));
      const own = registryList(policy.registries);
      const grant = { account, key: sha256(secret), own, hosts: new Set<string>() };
      const sameTime = account.grant;
      account.grant = { ...grant, open: new Set(), connections: 0, bytes: 0, refusals: 0 };
      if (sameTime !== undefined) await ended(ports, sameTime);
      return secret;
    },
    admit: async (secret, host, port) => {
      const grant = accounts.granted(sha256(secret));
      if (grant === undefined || !(await isLive(ports, grant))) throw notOpen();
      if (!grant.own.names(host, port) && !(await registriesOf()).names(host, port)) {
        throw await refusal(ports, grant, limits, { host, port, reason: 'not a listed registry' });
      }
      // Nothing is waited for from here on: what was looked at above may have ended since.
      if (grant.account.grant !== grant) throw notOpen();
      const { live, bytes } = grant.account;
      if (live >= limits.connections || bytes >= limits.bytes) {
        throw await refusal(ports, grant, limits, { host, port, reason: 'limit of this attempt' });
      }
      return passage(ports, grant, limits, host, port);
    },
  };
}

const notOpen = () => new SessionRefused('no set-up is open under this credential');

async function isLive(ports: GatewayPorts, grant: Grant): Promise<boolean> {
  const { stage, expires } = grant.account;
  const record = await ports.stages.get(stage);
  if (record === undefined || record.closedAt !== undefined) return false;
  return grant.account.grant === grant && ports.clock.now() <= expires;
}

async function ended(ports: GatewayPorts, grant: Grant): Promise<void> {
  const { connections, bytes, refusals, hosts } = grant;
  for (const end of grant.open) end();
  await told(ports, grant.account.stage, 'egress.closed', {
    connections,
    bytes,
    refusals,
    hosts: [...hosts].slice(0, 100),
  });
}

function passage(
  ports: GatewayPorts,
  grant: Grant,
  limits: EgressLimits,
  host: string,
  port: number,
): Passage {
  const { account } = grant;
  let onEnd = () => {};
  let over = false;
  let cut = false;
  const end = () => {
    cut = true;
    onEnd();
  };
  grant.connections += 1;
  account.live += 1;
  grant.hosts.add(host);
  grant.open.add(end);
  const done = () => {
    if (over) return;
    over = true;
    account.live -= 1;
    grant.open.delete(end);
  };
  return {
    done,
    spend: (bytes) => {
      grant.bytes += bytes;
      account.bytes += bytes;
      return account.bytes <= limits.bytes;
    },
    onEnd: (callback) => {
      onEnd = callback;
      if (cut) callback();
    },
    confirm: async () => {
      if (!(await isLive(ports, grant))) throw notOpen();
    },
    refused: async (reason) => {
      done();
      return refusal(ports, grant, limits, { host, port, reason });
    },
  };
}

async function refusal(
  ports: GatewayPorts,
  grant: Grant,
  limits: EgressLimits,
  what: { host: string; port: number; reason: string },
): Promise<ScopeRefused> {
  const { account } = grant;
  grant.refusals += 1;
  account.refusals += 1;
  const host = what.host.slice(0, 255);
  if (account.refusals <= limits.refusals) {
    await told(ports, account.stage, 'egress.refused', { ...what, host });
  }
  return new ScopeRefused(`set-up may not reach ${host}:${what.port}: ${what.reason}`);
}

async function told(
  ports: GatewayPorts,
  stage: StageAttempt,
  kind: string,
  data: Record<string, unknown>,
): Promise<void> {
  const run = await runOf(ports, stage.run);
  await ports.ledger.append(stage.run, [stageEvent(ports, run, stage, { kind, data })]);
}
