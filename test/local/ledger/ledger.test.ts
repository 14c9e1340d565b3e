import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { canonicalJson, sha256 } from '../../../lib/domain/ledger.ts';
import { verifyFolder } from '../../../lib/local/ledger/verify-folder.ts';
import { event } from '../../contract/examples.ts';
import { ledgerContract } from '../../contract/ledger.ts';
import { storeMaker } from '../store/open-stores.ts';

const make = storeMaker();
const facts = { outcome: 'merged', models: ['b', 'a'], definition: 'd' };
const folderOf = (dataDir: string, run = 'r-1') => join(dataDir, 'ledger', run);
const eventsIn = (folder: string) =>
  existsSync(join(folder, 'events')) ? readdirSync(join(folder, 'events')).sort() : [];

describe('contract', () => {
  ledgerContract(make);
});

describe('flush', () => {
  test('copies events to read-only files that hold their canonical bytes', async () => {
    const { ledger, dataDir } = await make();
    await ledger.append('r-1', [event('one', { b: 1, a: 'ü' }), event('two')]);
    const folder = folderOf(dataDir);
    expect(eventsIn(folder)).toEqual([]);
    await ledger.flush('r-1');
    expect(eventsIn(folder)).toEqual(['00000000.json', '00000001.json']);
    const path = join(folder, 'events', '00000000.json');
    const [first] = await ledger.events('r-1');
    expect(readFileSync(path, 'utf8')).toBe(canonicalJson(first));
    expect(statSync(path).mode & 0o777).toBe(0o444);
  });

  test('copies what came since, and nothing of another run', async () => {
    const { ledger, dataDir } = await make();
    await ledger.append('r-1', [event('one')]);
    await ledger.append('r-2', [event('other')]);
    await ledger.flush('r-1');
    await ledger.flush('r-1');
    await ledger.append('r-1', [event('two')]);
    await ledger.flush('r-1');
    expect(eventsIn(folderOf(dataDir))).toEqual(['00000000.json', '00000001.json']);
    expect(eventsIn(folderOf(dataDir, 'r-2'))).toEqual([]);
  });

  test('by several at the same time is the same as by one', async () => {
    const { ledger, dataDir, publicKey } = await make();
    await ledger.append(
      'r-1',
      Array.from({ length: 30 }, (_, n) => event(`e-${n}`)),
    );
    await Promise.all([ledger.flush('r-1'), ledger.flush('r-1'), ledger.flush('r-1')]);
    expect(eventsIn(folderOf(dataDir))).toHaveLength(30);
    expect(await verifyFolder(folderOf(dataDir), publicKey)).toMatchObject({ ok: true });
    expect(readdirSync(join(dataDir, 'ledger', '.partial'))).toEqual([]);
  });

  test('goes on after more events than are copied at a time', async () => {
    const { ledger, dataDir } = await make();
    await ledger.append(
      'r-1',
      Array.from({ length: 450 }, () => event('e')),
    );
    await ledger.flush('r-1');
    expect(eventsIn(folderOf(dataDir))).toHaveLength(450);
  });

  test('never replaces an object that has other bytes', async () => {
    const { ledger, dataDir } = await make();
    const path = join(folderOf(dataDir), 'events', '00000000.json');
    mkdirSync(join(folderOf(dataDir), 'events'), { recursive: true });
    writeFileSync(path, 'forged');
    await ledger.append('r-1', [event('one')]);
    await expect(ledger.flush('r-1')).rejects.toMatchObject({ name: 'LedgerConflict' });
    expect(readFileSync(path, 'utf8')).toBe('forged');
  });

  test('names the path where it may not write', async () => {
    const { ledger, dataDir } = await make();
    mkdirSync(join(dataDir, 'ledger'));
    writeFileSync(folderOf(dataDir), 'a file where a folder is needed');
    await ledger.append('r-1', [event('one')]);
    await expect(ledger.flush('r-1')).rejects.toMatchObject({
      name: 'StorageFailed',
      message: expect.stringContaining(folderOf(dataDir)),
    });
  });
});

describe('payloads', () => {
  test('are read-only files under their digest', async () => {
    const { ledger, dataDir } = await make();
    const digest = await ledger.putPayload('r-1', 'text');
    const path = join(folderOf(dataDir), 'payloads', digest);
    expect(readFileSync(path, 'utf8')).toBe('text');
    expect(statSync(path).mode & 0o777).toBe(0o444);
  });

  test('that were changed on the disk are not served', async () => {
    const { ledger, dataDir } = await make();
    const digest = await ledger.putPayload('r-1', 'text');
    const path = join(folderOf(dataDir), 'payloads', digest);
    await chmod(path, 0o644);
    writeFileSync(path, 'tent');
    await expect(ledger.payload('r-1', digest)).rejects.toMatchObject({ name: 'LedgerConflict' });
    await expect(ledger.putPayload('r-1', 'text')).rejects.toMatchObject({
      name: 'LedgerConflict',
    });
  });
});

describe('seal', () => {
  test('copies what is left, writes manifest, checkpoint and key, and verifies', async () => {
    const { ledger, dataDir, publicKey } = await make();
    const digests = [await ledger.putPayload('r-1', 'x'), await ledger.putPayload('r-1', 'y')];
    const head = await ledger.append('r-1', [event('one', { payload: digests[0] }), event('two')]);
    await ledger.seal('r-1', facts);
    const folder = folderOf(dataDir);
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toBe(
      canonicalJson({
        v: 1,
        run: 'r-1',
        count: 2,
        head: head.hash,
        models: ['a', 'b'],
        outcome: 'merged',
        payloads: [sha256('x'), sha256('y')].sort(),
        definition: 'd',
      }),
    );
    expect(readFileSync(join(folder, 'ledger.pub.pem'), 'utf8')).toBe(publicKey);
    expect(await verifyFolder(folder, publicKey, { run: 'r-1', sealed: true })).toEqual({
      ok: true,
      sealed: true,
      run: 'r-1',
      events: 2,
      head: head.hash,
      problems: [],
    });
  });

  test('that was cut off is completed by the next one, with the same bytes', async () => {
    const { ledger, dataDir, database, publicKey } = await make();
    await ledger.append('r-1', [event('one')]);
    // As if the process had died once the manifest was fixed and before a file was written.
    mkdirSync(folderOf(dataDir), { recursive: true });
    writeFileSync(join(folderOf(dataDir), 'events'), 'in the way');
    await expect(ledger.seal('r-1', facts)).rejects.toMatchObject({ name: 'StorageFailed' });
    expect(database.all('SELECT run FROM seals')).toHaveLength(1);
    rmSync(join(folderOf(dataDir), 'events'));
    await expect(ledger.append('r-1', [event('late')])).rejects.toMatchObject({
      name: 'LedgerConflict',
    });
    await ledger.seal('r-1', facts);
    expect(await verifyFolder(folderOf(dataDir), publicKey)).toMatchObject({
      ok: true,
      sealed: true,
    });
  });
});
