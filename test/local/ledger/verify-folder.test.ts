import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { verifyFolder } from '../../../lib/local/ledger/verify-folder.ts';
import { event } from '../../contract/examples.ts';
import { storeMaker } from '../store/open-stores.ts';

const make = storeMaker();

async function sealed() {
  const { ledger, dataDir, publicKey } = await make();
  const payload = await ledger.putPayload('r-1', 'content');
  await ledger.append('r-1', [event('one', { payload }), event('two')]);
  await ledger.seal('r-1', { outcome: 'merged', models: [], definition: 'd' });
  return { folder: join(dataDir, 'ledger', 'r-1'), publicKey, payload };
}

test('a copy of the folder verifies anywhere', async () => {
  const { folder, publicKey } = await sealed();
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  expect(await verifyFolder(copy, publicKey)).toMatchObject({ ok: true, sealed: true, events: 2 });
});

test('names what was added, dropped or is no plain file', async () => {
  const { folder, publicKey, payload } = await sealed();
  writeFileSync(join(folder, 'notes.txt'), '');
  mkdirSync(join(folder, 'more'));
  writeFileSync(join(folder, 'more', 'x'), '');
  symlinkSync('/etc/hostname', join(folder, 'events', '00000002.json'));
  rmSync(join(folder, 'payloads', payload));
  const { ok, problems } = await verifyFolder(folder, publicKey);
  expect(ok).toBe(false);
  expect(problems.map(({ object }) => object).sort()).toEqual([
    'events/00000002.json',
    'more/x',
    'notes.txt',
    `payloads/${payload}`,
  ]);
});

test('a folder that is not there is not found', async () => {
  const { folder, publicKey } = await sealed();
  await expect(verifyFolder(`${folder}-none`, publicKey)).rejects.toMatchObject({
    name: 'NotFound',
  });
});
