import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { ConfigInvalid } from '../domain/errors.ts';
import type { Signer } from '../domain/ports.ts';
import { kmsSign } from './kms-sign.ts';
import { serviceError } from './service-errors.ts';

/**
 * The Ed25519 key in KMS that closes ledgers; it signs up to 4,096 bytes. Asks once for the public half.
 * Throws `ConfigInvalid` where the key is another or may not be used, `StorageFailed` for the service.
 */
export async function kmsSigner(kms: KMSClient, key: string): Promise<Signer> {
  return {
    publicKey: await publicKeyOf(kms, key),
    sign: async (bytes) => {
      try {
        return await kmsSign(kms, key, 'ED25519_SHA_512', bytes);
      } catch (error) {
        throw serviceError(error, `KMS does not sign with the ledger's key ${key}`);
      }
    },
  };
}

async function publicKeyOf(kms: KMSClient, key: string): Promise<string> {
  try {
    const { KeySpec, PublicKey = new Uint8Array() } = await kms.send(
      new GetPublicKeyCommand({ KeyId: key }),
    );
    if (KeySpec !== 'ECC_NIST_EDWARDS25519') {
      throw new ConfigInvalid(`the ledger's key ${key} is ${KeySpec}, not ECC_NIST_EDWARDS25519`);
    }
    const spki = { key: Buffer.from(PublicKey), format: 'der', type: 'spki' } as const;
    return createPublicKey(spki).export({ type: 'spki', format: 'pem' }).toString();
  } catch (error) {
    throw serviceError(error, `KMS does not show the ledger's public key ${key}`);
  }
}
