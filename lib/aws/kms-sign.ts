import { type KMSClient, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';

/** Signs the bytes (up to 4,096) themselves, not their digest. Throws the SDK's errors. */
export async function kmsSign(
  kms: KMSClient,
  key: string,
  algorithm: SigningAlgorithmSpec,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { Signature } = await kms.send(
    new SignCommand({
      KeyId: key,
      Message: bytes,
      MessageType: 'RAW',
      SigningAlgorithm: algorithm,
    }),
  );
  return Signature ?? new Uint8Array();
}
