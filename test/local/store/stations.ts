import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from '@jest/globals';
import type { ScheduledStores, Station, Stations } from '../../contract/schedules/station.ts';
import { dataFolder } from './open-stores.ts';
import { openStores } from './open-stores-at.ts';
import type { StationAnswer } from './station-process.ts';

const size = 4;
const afterEnd: (() => void)[] = [];
afterAll(() => {
  for (const end of afterEnd) end();
});

/** Connections of this process on one database file. */
export function connectionStations(schedules: number): () => Promise<Stations> {
  const folder = dataFolder();
  const stations: Promise<Station>[] = [];
  const open = async (): Promise<Station> => {
    const { database, ...stores } = await openStores(folder);
    // What a commit survives is for the tests of crashes; here a sync only costs time.
    database.get('PRAGMA synchronous = OFF');
    afterEnd.push(() => database.close());
    return { stores, crash: async () => {} };
  };
  return async () => {
    while (stations.length < size) stations.push(open());
    return { stations: await Promise.all(stations), schedules };
  };
}

/** Processes of their own on one database file; a crash kills one, and another takes its place. */
export function processStations(schedules: number): () => Promise<Stations> {
  const folder = dataFolder();
  const stations: Station[] = [];
  return async () => {
    while (stations.length < size) stations.push(processStation(folder));
    return { stations, schedules };
  };
}

function processStation(folder: string): Station {
  const start = () => {
    const child = fork(new URL('./station-process.ts', import.meta.url), [folder]);
    afterEnd.push(() => child.kill('SIGKILL'));
    return child;
  };
  let child = start();
  let calls = 0;
  const call = async (store: string, method: string, given: readonly unknown[]) => {
    calls += 1;
    const id = calls;
    const answered = new Promise<StationAnswer>((resolve, reject) => {
      const gone = () => reject(new Error('the station is gone'));
      const heard = (answer: StationAnswer) => {
        if (answer.id !== id) return;
        child.off('message', heard).off('exit', gone);
        resolve(answer);
      };
      child.on('message', heard).on('exit', gone);
    });
    child.send({ id, store, method, given });
    const { result, error } = await answered;
    if (error !== undefined) throw Object.assign(new Error(error.message), error);
    return result;
  };
  const storeOf = (store: string) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...given: unknown[]) =>
            call(store, String(method), given),
      },
    );
  const names = ['claims', 'slots', 'runners', 'effects', 'ledger'];
  const stores = Object.fromEntries(names.map((name) => [name, storeOf(name)]));
  return {
    stores: stores as unknown as ScheduledStores,
    crash: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      child = start();
    },
  };
}
