import type { KMSClient } from '@aws-sdk/client-kms';
import { ForgeUnavailable } from '../domain/errors.ts';
import { kmsSign } from './kms-sign.ts';
import { serviceError } from './service-errors.ts';

/**
 * Signs as the GitHub App with its key in KMS (RSA_2048, imported), which is never given away. Throws
 * `ConfigInvalid` where the key may not be used, `ForgeUnavailable` for the service.
 */
export function kmsAppSign(
  kms: KMSClient,
  key: string,
): (bytes: Uint8Array) => Promise<Uint8Array> {
  return async (bytes) => {
    try {
      return await kmsSign(kms, key, 'RSASSA_PKCS1_V1_5_SHA_256', bytes);
    } catch (error) {
      throw serviceError(error, `KMS does not sign with the App's key ${key}`, ForgeUnavailable);
    }
  };
}
