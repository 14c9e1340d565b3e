import {
  checkpointName,
  ledgerName,
  manifestName,
  publicKeyName,
} from '../../domain/audit-objects.ts';
import { LedgerConflict } from '../../domain/errors.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Signer } from '../../domain/ports.ts';
import {
  checkpointOf,
  factsText,
  manifestOf,
  type SealFacts,
  sameFacts,
} from '../../domain/seal.ts';
import { type ChainHead, changeHead, headOf } from '../store/event-log.ts';
import type { Table } from '../store/table.ts';
import { flushEvents } from './copy-events.ts';
import { type PayloadPlace, settlePayloads } from './payloads.ts';

/**
 * Closes a run's ledger, from wherever it was cut off before. Throws `LedgerConflict` where the run has no
 * event, or was sealed with other facts.
 */
export async function sealLedger(
  place: PayloadPlace,
  signer: () => Promise<Signer>,
  run: string,
  facts: SealFacts,
): Promise<LedgerHead> {
  const { table, bucket } = place;
  const folder = ledgerName(run);
  const { seq, hash } = await closeChain(table, run, facts);
  const manifest = await fixManifest(place, run, facts);
  await flushEvents(table, bucket, run);
  const { checkpoint, publicKey } = await fixCheckpoint(table, signer, run, manifest);
  await bucket.put(`${folder}/${publicKeyName}`, publicKey);
  await bucket.put(`${folder}/${manifestName}`, manifest);
  await bucket.put(`${folder}/${checkpointName}`, checkpoint);
  return { seq, hash };
}

/** From then on no event and no payload can be added. */
function closeChain(table: Table, run: string, facts: SealFacts): Promise<ChainHead> {
  return table.write(async () => {
    const head = await headOf(table, run);
    if (head.seq < 0) throw new LedgerConflict(`run ${run} has no event to seal`);
    if (head.closing !== undefined) {
      sameFacts(head.closing, run, facts);
      return { result: head, writes: [] };
    }
    return { result: head, writes: [changeHead(run, head, { closing: factsText(facts) })] };
  });
}

/** The manifest that is fixed first is the manifest. */
async function fixManifest(place: PayloadPlace, run: string, facts: SealFacts): Promise<string> {
  const { table } = place;
  const { manifest: standing } = await headOf(table, run);
  if (standing !== undefined) return standing;
  const payloads = await settlePayloads(place, run);
  return table.write(async () => {
    const head = await headOf(table, run);
    if (head.manifest !== undefined) return { result: head.manifest, writes: [] };
    const manifest = manifestOf(run, head, facts, payloads);
    return { result: manifest, writes: [changeHead(run, head, { manifest })] };
  });
}

/** The manifest's signature, kept so that a later key does not change a ledger sealed before it. */
async function fixCheckpoint(
  table: Table,
  signer: () => Promise<Signer>,
  run: string,
  manifest: string,
): Promise<{ checkpoint: string; publicKey: string }> {
  const keptIn = ({ checkpoint, publicKey }: ChainHead) =>
    checkpoint === undefined || publicKey === undefined ? undefined : { checkpoint, publicKey };
  const standing = keptIn(await headOf(table, run));
  if (standing !== undefined) return standing;
  const by = await signer();
  const fresh = { checkpoint: await checkpointOf(by, manifest), publicKey: by.publicKey };
  return table.write(async () => {
    const head = await headOf(table, run);
    const kept = keptIn(head);
    if (kept !== undefined) return { result: kept, writes: [] };
    return { result: fresh, writes: [changeHead(run, head, fresh)] };
  });
}
