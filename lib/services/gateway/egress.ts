import { randomBytes } from 'node:crypto';
import { ScopeRefused, SessionRefused } from '../../domain/errors.ts';
import { sha256 } from '../../domain/ledger.ts';
import { type StageAttempt, type StageRecord, stageLabel } from '../../domain/stage.ts';
import { policyOf, runOf } from '../lifecycle/run-facts.ts';
import { type GatewayPorts, stageEvent } from './gateway-ports.ts';
import { type RegistriesOf, type RegistryList, registryList } from './registry-list.ts';

/** Bounds of one set-up. */
export interface EgressLimits {
  readonly connections: number;
  /** Both ways, in all. */
  readonly bytes: number;
  /** Refusals that are recorded; more are only counted. */
  readonly refusals: number;
}
const egressLimits: EgressLimits = { connections: 64, bytes: 4 * 1024 ** 3, refusals: 20 };

/** One connection that was let through. */
export interface Passage {
  /** Counts bytes; false where the set-up has used what it may. */
  spend(bytes: number): boolean;
  /** Called when the set-up ends before the connection does. */
  onEnd(end: () => void): void;
  done(): void;
  /** Records that the name led nowhere allowed. */
  refused(reason: string): Promise<ScopeRefused>;
}

interface Grant {
  readonly stage: StageAttempt;
  readonly expires: number;
  /** What the repository's own policy lists. */
  readonly own: RegistryList;
  readonly hosts: Set<string>;
  readonly open: Set<() => void>;
  connections: number;
  live: number;
  bytes: number;
  refusals: number;
}

/** Egress during set-up: open between two requests of the harness, to listed registries, and recorded. */
export interface Egress {
  /** Opens egress for a stage, ending what it had open. Gives the secret of the proxy credential. */
  open(stage: StageRecord): Promise<string>;
  close(stage: StageAttempt): Promise<void>;
  /** Lets one connection through. Throws `SessionRefused` for the secret, `ScopeRefused` for the host. */
  admit(secret: string, host: string, port: number): Promise<Passage>;
}

/** Credentials are held in memory only: they end with the process. */
export function egressOf(
  ports: GatewayPorts,
  registriesOf: RegistriesOf,
  limits: EgressLimits = egressLimits,
): Egress {
  const grants = new Map<string, Grant>();
  const close = async (stage: StageAttempt) => {
    const found = [...grants].find(([, grant]) => sameStage(grant.stage, stage));
    if (found === undefined) return;
    const [key, grant] = found;
    grants.delete(key);
    for (const end of grant.open) end();
    const { connections, bytes, refusals, hosts } = grant;
    await told(ports, stage, 'egress.closed', {
      connections,
      bytes,
      refusals,
      hosts: [...hosts].slice(0, 100),
    });
  };
  return {
    close,
    open: async (stage) => {
      if (stage.role === 'issue-reader') throw new ScopeRefused('an issue-reader has no set-up');
      await close(stage);
      const secret = `entropy_setup_${randomBytes(24).toString('base64url')}`;
      await told(ports, stage, 'egress.opened', {});
      const policy = await policyOf(ports, await runOf(ports, stage.run));
      grants.set(sha256(secret), freshGrant(stage, registryList(policy.registries)));
      return secret;
    },
    admit: async (secret, host, port) => {
      const grant = grants.get(sha256(secret));
      if (grant === undefined || !(await isLive(ports, grant))) {
        throw new SessionRefused('no set-up is open under this credential');
      }
      if (!grant.own.names(host, port) && !(await registriesOf()).names(host, port)) {
        throw await refusal(ports, grant, limits, { host, port, reason: 'not a listed registry' });
      }
      if (grant.live >= limits.connections || grant.bytes >= limits.bytes) {
        throw await refusal(ports, grant, limits, { host, port, reason: 'limit of this set-up' });
      }
      return passage(ports, grant, limits, host, port);
    },
  };
}

function freshGrant(stage: StageRecord, own: RegistryList): Grant {
  const { run, role, round, attempt, deadline } = stage;
  return {
    stage: { run, role, round, attempt },
    expires: deadline,
    own,
    hosts: new Set(),
    open: new Set(),
    connections: 0,
    live: 0,
    bytes: 0,
    refusals: 0,
  };
}

const sameStage = (a: StageAttempt, b: StageAttempt) =>
  a.run === b.run && stageLabel(a) === stageLabel(b);

async function isLive(ports: GatewayPorts, { stage, expires }: Grant): Promise<boolean> {
  const record = await ports.stages.get(stage);
  return record?.closedAt === undefined && ports.clock.now() <= expires;
}

function passage(
  ports: GatewayPorts,
  grant: Grant,
  limits: EgressLimits,
  host: string,
  port: number,
): Passage {
  let onEnd = () => {};
  const end = () => onEnd();
  let over = false;
  grant.connections += 1;
  grant.live += 1;
  grant.hosts.add(host);
  grant.open.add(end);
  const done = () => {
    if (over) return;
    over = true;
    grant.live -= 1;
    grant.open.delete(end);
  };
  return {
    done,
    spend: (bytes) => {
      grant.bytes += bytes;
      return grant.bytes <= limits.bytes;
    },
    onEnd: (callback) => {
      onEnd = callback;
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
  grant.refusals += 1;
  const host = what.host.slice(0, 255);
  if (grant.refusals <= limits.refusals) {
    await told(ports, grant.stage, 'egress.refused', { ...what, host });
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
