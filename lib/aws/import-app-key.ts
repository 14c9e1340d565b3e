import {
  constants,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import {
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { ConfigInvalid } from '../domain/errors.ts';
import { serviceError } from './service-errors.ts';

/** RFC 5649's initial value for AES key wrap with padding. */
const wrapStart = Buffer.from('A65959A6', 'hex');

/**
 * Gives the GitHub App's private key (PEM) to a KMS key of origin EXTERNAL, wrapped, so that from then on nobody
 * can read it (https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html). It is never written to
 * a disk here. Throws `ConfigInvalid` for what is no RSA key of 2,048 bits, or where KMS refuses it.
 */
export async function importAppKey(kms: KMSClient, key: string, pem: string): Promise<void> {
  const material = materialOf(pem);
  try {
    const asked = await kms.send(
      new GetParametersForImportCommand({
        KeyId: key,
        WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256',
        WrappingKeySpec: 'RSA_4096',
      }),
    );
    await kms.send(
      new ImportKeyMaterialCommand({
        KeyId: key,
        ImportToken: asked.ImportToken,
        EncryptedKeyMaterial: wrapped(material, asked.PublicKey ?? new Uint8Array()),
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      }),
    );
  } catch (error) {
    throw serviceError(error, `KMS does not take the App's key for ${key}`);
  } finally {
    material.fill(0);
  }
}

/** PKCS #8, DER. */
function materialOf(pem: string): Buffer {
  try {
    const key = createPrivateKey(pem);
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (key.asymmetricKeyType === 'rsa' && bits === 2048) {
      return key.export({ type: 'pkcs8', format: 'der' });
    }
  } catch {
    // The cause may quote the key.
  }
  throw new ConfigInvalid("the App's private key must be an RSA key of 2,048 bits, in PEM");
}

/** An AES key of its own wraps the material, and KMS's public key that one. */
function wrapped(material: Uint8Array, publicKey: Uint8Array): Buffer {
  const aes = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aes, wrapStart);
  const inner = Buffer.concat([cipher.update(material), cipher.final()]);
  const spki = { key: Buffer.from(publicKey), format: 'der', type: 'spki' } as const;
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const outer = publicEncrypt({ key: createPublicKey(spki), padding, oaepHash: 'sha256' }, aes);
  return Buffer.concat([outer, inner]);
}
