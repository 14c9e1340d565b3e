import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { type OpenStores, openStores } from './open-stores-at.ts';

/** A data folder that is gone after the tests of the file. */
export function dataFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'entropy-store-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** Gives stores on an empty database of their own at each call; all are removed after the tests. */
export function storeMaker(): () => Promise<OpenStores> {
  const root = dataFolder();
  const opened: OpenStores[] = [];
  afterAll(() => {
    for (const { database } of opened) database.close();
  });
  return async () => {
    const stores = await openStores(join(root, String(opened.length)));
    opened.push(stores);
    return stores;
  };
}
