import { createHash, randomBytes, verify } from 'node:crypto';
import { ApiError } from './errors.ts';
import type { AppIdentity, Permissions, Principal } from './principal.ts';

const tokenLifeMs = 60 * 60_000;
const jwtLifeSeconds = 600;
/** A clock may be ahead by this much. */
const skewSeconds = 60;

type InstallationToken = Extract<Principal, { kind: 'installation' }>;

/** Tokens that are alive, by digest: none is kept in clear. */
export interface Tokens {
  /** Who a token speaks for. Throws 401 where nobody. */
  principalOf(token: string): Principal;
  mint(grant: {
    readonly installation: number;
    readonly repositories: readonly number[];
    readonly permissions: Permissions;
  }): { token: string; expiresAt: number };
  mintUser(login: string): string;
  /** From then on the App's tokens are checked against this public key, PEM. */
  useAppKey(publicKey: string): void;
  revoke(key: string): void;
  /** Tokens of installations that were minted and are neither revoked nor expired. */
  liveInstallationTokens(): number;
}

const digest = (token: string) => createHash('sha256').update(token).digest('hex');
const random = (bytes: number) => randomBytes(bytes).toString('base64url');
const badCredentials = () => new ApiError(401, 'Bad credentials');

/** Tokens of the App (checked against its public key, PEM), its installations and people. */
export function createTokens(
  app: AppIdentity,
  firstKey: string | undefined,
  now: () => number,
): Tokens {
  let publicKey = firstKey;
  const live = new Map<string, Principal>();
  return {
    principalOf(token) {
      if (token.split('.').length === 3 && token.startsWith('eyJ')) {
        if (publicKey === undefined) throw badCredentials();
        verifyAppToken(token, app, publicKey, Math.floor(now() / 1000));
        return { kind: 'app' };
      }
      const key = digest(token);
      const found = live.get(key);
      if (found?.kind === 'installation' && found.expiresAt <= now()) live.delete(key);
      else if (found) return found;
      throw badCredentials();
    },
    mint(grant) {
      // The long form of installation tokens: a prefix and three dotted parts.
      const token = `ghs_${app.id}_${random(27)}.${random(150)}.${random(64)}`;
      const expiresAt = now() + tokenLifeMs;
      const principal: InstallationToken = {
        kind: 'installation',
        ...grant,
        key: digest(token),
        expiresAt,
      };
      live.set(principal.key, principal);
      return { token, expiresAt };
    },
    mintUser(login) {
      const token = `ghp_${randomBytes(27).toString('hex').slice(0, 36)}`;
      live.set(digest(token), { kind: 'user', login });
      return token;
    },
    useAppKey(key) {
      publicKey = key;
    },
    revoke(key) {
      live.delete(key);
    },
    liveInstallationTokens: () =>
      [...live.values()].filter((one) => one.kind === 'installation' && one.expiresAt > now())
        .length,
  };
}

/** Checks an App's JSON web token as GitHub does; throws 401 with GitHub's reason. */
function verifyAppToken(token: string, app: AppIdentity, publicKey: string, now: number): void {
  const [head = '', body = '', signature = ''] = token.split('.');
  const undecodable = () => new ApiError(401, 'A JSON web token could not be decoded');
  const header = decodePart(head);
  const claims = decodePart(body);
  if (header?.alg !== 'RS256' || claims === undefined) throw undecodable();
  const signed = Buffer.from(`${head}.${body}`);
  if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))) {
    throw undecodable();
  }
  if (String(claims.iss) !== String(app.id) && claims.iss !== clientIdOf(app)) {
    throw new ApiError(401, "'Issuer' claim ('iss') must be an Integer");
  }
  const { iat, exp } = claims;
  if (!Number.isInteger(iat) || (iat as number) > now + skewSeconds) {
    throw new ApiError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (!Number.isInteger(exp) || (exp as number) <= now) {
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if ((exp as number) > now + jwtLifeSeconds) {
    throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  }
}

/** The App's client id, which may stand for its number as issuer. */
export function clientIdOf(app: AppIdentity): string {
  return `Iv23li${createHash('sha256').update(`${app.slug}:${app.id}`).digest('hex').slice(0, 14)}`;
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
