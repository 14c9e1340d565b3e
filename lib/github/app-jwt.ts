import { randomUUID, sign } from 'node:crypto';
import { ConfigInvalid } from '../domain/errors.ts';

/** The GitHub App, with its key as PEM or with whoever signs by it (RSA, SHA-256, PKCS #1 v1.5). */
export type AppIdentity = { readonly appId: string | number } & (
  | { readonly privateKey: string }
  | { readonly sign: (bytes: Uint8Array) => Promise<Uint8Array> }
);

/** GitHub's clock may be behind ours by this much, in seconds. */
const skewSeconds = 60;
/** What GitHub allows between the two times of a token. */
const lifeSeconds = 600;

/**
 * A JSON Web Token that speaks for the App itself, for nine minutes from `now` (milliseconds). No two are
 * the same: GitHub has refused what it saw before. Throws `ConfigInvalid` for a key that can't sign.
 */
export async function appJwt(app: AppIdentity, now = Date.now()): Promise<string> {
  const iat = Math.floor(now / 1000) - skewSeconds;
  const claims = { iat, exp: iat + lifeSeconds, iss: String(app.appId), jti: randomUUID() };
  const text = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`;
  const bytes = Buffer.from(text);
  const signature = 'sign' in app ? await app.sign(bytes) : signedBy(app.privateKey, bytes);
  return `${text}.${Buffer.from(signature).toString('base64url')}`;
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signedBy(privateKey: string, bytes: Uint8Array): Uint8Array {
  try {
    return sign('sha256', bytes, privateKey);
  } catch {
    // The cause may quote the key.
    throw new ConfigInvalid("the GitHub App's private key is not a PEM key that can sign");
  }
}
