import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../lib/local/store/database.ts';
import { migrations } from '../../../lib/local/store/migrations.ts';
import { dataFolder } from './open-stores.ts';

const root = dataFolder();
let folders = 0;
const opened: Database[] = [];
const freshFolder = () => {
  folders += 1;
  return join(root, String(folders));
};
const open = (folder: string) => {
  const database = openDatabase(folder);
  opened.push(database);
  return database;
};
afterEach(() => {
  for (const database of opened.splice(0)) database.close();
});

function versionIn(path: string, set?: number): number {
  const sqlite = new DatabaseSync(path);
  if (set !== undefined) sqlite.exec(`PRAGMA user_version = ${set}`);
  const version = Number(sqlite.prepare('PRAGMA user_version').get()?.user_version);
  sqlite.close();
  return version;
}

describe('opening', () => {
  test('makes the folder and a file for this user alone, in WAL mode, synced at each commit', () => {
    const folder = freshFolder();
    const database = open(folder);
    expect(database.path).toBe(join(folder, 'entropy.db'));
    expect(statSync(database.path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(database.get<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode).toBe('wal');
    expect(database.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous).toBe(2);
    expect(versionIn(database.path)).toBe(migrations.length);
  });

  test('only what is written ahead is not synced at once; all others are, also after one failed', () => {
    const database = open(freshFolder());
    const level = () => database.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous;
    const add = (run: string) =>
      database.run("INSERT INTO runners (run, instance, until) VALUES (?, 'i', 1)", run);
    database.writeAhead(() => add('a'));
    expect(level()).toBe(2);
    const failing = () =>
      database.writeAhead(() => {
        add('b');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(level()).toBe(2);
    expect(database.all('SELECT run FROM runners')).toEqual([{ run: 'a' }]);
  });

  test('again keeps what is there', () => {
    const folder = freshFolder();
    open(folder).run("INSERT INTO runners (run, instance, until) VALUES ('r', 'i', 1)");
    expect(open(folder).all('SELECT run FROM runners')).toHaveLength(1);
  });

  test('refuses a database that a newer program wrote, and leaves it as it is', () => {
    const folder = freshFolder();
    const path = open(folder).path;
    versionIn(path, migrations.length + 1);
    expect(() => openDatabase(folder)).toThrow(
      expect.objectContaining({
        name: 'ConfigInvalid',
        message: expect.stringMatching(/schema version \d+, this program knows \d+: use the newer/),
      }),
    );
    expect(versionIn(path)).toBe(migrations.length + 1);
  });

  test('names a file that is no database, and the fix', () => {
    const folder = freshFolder();
    const path = open(folder).path;
    for (const database of opened.splice(0)) database.close();
    writeFileSync(path, 'this is a letter to a friend, not a database '.repeat(50));
    expect(() => openDatabase(folder)).toThrow(
      expect.objectContaining({
        name: 'StorageFailed',
        message: expect.stringContaining(`${path}: it is no database of this program`),
      }),
    );
  });

  test('names a path that cannot be a folder', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => openDatabase(join(file, 'data'))).toThrow(
      expect.objectContaining({ name: 'StorageFailed' }),
    );
  });

  test('by several processes at the same moment makes one schema', async () => {
    const folder = freshFolder();
    const opener = new URL('./open-database.ts', import.meta.url).pathname;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, [opener, folder], { stdio: ['ignore', 'ignore', 'pipe'] }),
    );
    const ended = await Promise.all(
      children.map(async (child) => {
        let told = '';
        child.stderr.on('data', (chunk) => {
          told += String(chunk);
        });
        const [code] = await once(child, 'close');
        return { code, told };
      }),
    );
    expect(ended).toEqual(Array(6).fill({ code: 0, told: '' }));
    expect(versionIn(join(folder, 'entropy.db'))).toBe(migrations.length);
  });
});

describe('writing', () => {
  const insert = "INSERT INTO runners (run, instance, until) VALUES (?, 'i', 1)";

  test('commits all of a transaction or nothing', () => {
    const database = open(freshFolder());
    expect(() =>
      database.write(() => {
        database.run(insert, 'r-1');
        throw new TypeError('in between');
      }),
    ).toThrow(expect.objectContaining({ name: 'TypeError' }));
    expect(database.all('SELECT run FROM runners')).toEqual([]);
    database.write(() => database.run(insert, 'r-2'));
    expect(database.all('SELECT run FROM runners')).toHaveLength(1);
  });

  test('is seen by another connection once committed, and not before', () => {
    const folder = freshFolder();
    const [one, other] = [open(folder), open(folder)];
    one.write(() => {
      one.run(insert, 'r-1');
      expect(other.all('SELECT run FROM runners')).toEqual([]);
    });
    expect(other.all('SELECT run FROM runners')).toHaveLength(1);
  });

  test('to a full disk is a named error with the path, and leaves the database usable', () => {
    const database = open(freshFolder());
    database.get('PRAGMA max_page_count = 60');
    const fill = () =>
      database.write(() => {
        for (let n = 0; n < 200; n += 1) database.run(insert, `r-${n}-${'x'.repeat(4000)}`);
      });
    expect(fill).toThrow(
      expect.objectContaining({
        name: 'StorageFailed',
        message: expect.stringMatching(/entropy\.db: the disk is full; free some space/),
      }),
    );
    expect(database.all('SELECT run FROM runners')).toEqual([]);
    database.write(() => database.run(insert, 'r-1'));
  });

  test('a mistake in a statement is not blamed on the disk', () => {
    const database = open(freshFolder());
    expect(() => database.run('INSERT INTO nowhere VALUES (1)')).toThrow(
      expect.objectContaining({ code: 'ERR_SQLITE_ERROR' }),
    );
  });
});
