import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { refusal, startWire, type WireAnswer, type WireCall } from './wire.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const keys: Readonly<Record<string, { spec: string; algorithm: string; pair: typeof rsa }>> = {
  'app-key': { spec: 'RSA_2048', algorithm: 'RSASSA_PKCS1_V1_5_SHA_256', pair: rsa },
  'ledger-key': { spec: 'ECC_NIST_EDWARDS25519', algorithm: 'ED25519_SHA_512', pair: ed25519 },
};

/** KMS with an `app-key` and a `ledger-key`; `faults` come before its own answers. */
export async function startKms(faults: WireAnswer[] = []) {
  const { calls, client } = await startWire((call) => faults.shift() ?? answer(call));
  const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
  return {
    calls,
    kms: new KMSClient(client),
    appPublicKey: pem(rsa.publicKey),
    ledgerPublicKey: pem(ed25519.publicKey),
  };
}

function answer({ operation, body }: WireCall): WireAnswer {
  const key = keys[String(body.KeyId)];
  if (key === undefined) return refusal(400, 'NotFoundException', `no key ${body.KeyId}`);
  if (operation === 'TrentService.GetPublicKey') {
    const der = key.pair.publicKey.export({ type: 'spki', format: 'der' });
    return { body: { KeyId: body.KeyId, KeySpec: key.spec, PublicKey: der.toString('base64') } };
  }
  const message = Buffer.from(String(body.Message), 'base64');
  if (body.SigningAlgorithm !== key.algorithm || body.MessageType !== 'RAW') {
    return refusal(400, 'InvalidKeyUsageException', 'the key does not sign like this');
  }
  if (message.length > 4096) return refusal(400, 'ValidationException', 'at most 4096 bytes');
  const signature = sign(key.spec === 'RSA_2048' ? 'sha256' : null, message, key.pair.privateKey);
  return { body: { KeyId: body.KeyId, Signature: signature.toString('base64') } };
}
