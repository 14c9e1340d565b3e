import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import type { Ports } from '../domain/ports.ts';
import { callLimits } from './call-limits.ts';
import type { FunctionEnvironment } from './environment.ts';
import { dynamoLedger } from './ledger/ledger.ts';
import { kmsSigner } from './signer.ts';
import { dynamoClient } from './store/client.ts';
import { dynamoStores, type TableStores } from './store/stores.ts';
import { openTable, type Table } from './store/table.ts';
import { type WriteOnceBucket, writeOnceBucket } from './write-once.ts';

/** The table and what stands in it. */
export interface Stored extends TableStores, Pick<Ports, 'ledger' | 'clock'> {
  readonly table: Table;
  /** The ledger's objects. */
  readonly bucket: WriteOnceBucket;
}

/** Where clients call, if not where the environment says. */
export interface ClientPlace {
  readonly region?: string;
}

/** Stores and ledger of an account. Whoever never seals needs no key and no right to sign. */
export function composeStores(environment: FunctionEnvironment, at: ClientPlace = {}): Stored {
  const limits = { ...callLimits(5_000), ...at };
  const table = openTable(dynamoClient(at), environment.needed('table'));
  const bucket = writeOnceBucket(new S3Client(limits), environment.needed('ledgerBucket'));
  const signer = () => kmsSigner(new KMSClient(limits), environment.needed('signerKey'));
  const ledger = dynamoLedger({ table, bucket, signer });
  return { ...dynamoStores(table), table, bucket, ledger, clock: { now: () => Date.now() } };
}
