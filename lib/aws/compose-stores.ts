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
import { writeOnceBucket } from './write-once.ts';

/** The table and what stands in it. */
export interface Stored extends TableStores, Pick<Ports, 'ledger' | 'clock'> {
  readonly table: Table;
}

/** Stores and ledger of an account. Whoever never seals needs no key and no right to sign. */
export function composeStores(environment: FunctionEnvironment): Stored {
  const table = openTable(dynamoClient(), environment.needed('table'));
  const ledger = dynamoLedger({
    table,
    bucket: writeOnceBucket(new S3Client(callLimits(5_000)), environment.needed('ledgerBucket')),
    signer: () => kmsSigner(new KMSClient(callLimits(5_000)), environment.needed('signerKey')),
  });
  return { ...dynamoStores(table), table, ledger, clock: { now: () => Date.now() } };
}
