import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { compileCache } from '../../../lib/local/sandbox/compile-cache.ts';
import type { ScheduledStores, Station, Stations } from '../../contract/schedules/station.ts';
import { StationGone } from '../../contract/schedules/station.ts';
import { type MortalDatabase, mortalDatabase } from './mortal-database.ts';
import { dataFolder } from './open-stores.ts';
import { openStores } from './open-stores-at.ts';
import type { StationAnswer, StationOrder } from './station-process.ts';

const size = 4;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const afterEnd: (() => void)[] = [];
afterAll(() => {
  for (const end of afterEnd) end();
});

/** Connections of this process on one database file; one that dies in a call leaves what a killed process leaves. */
export function connectionStations(schedules: number): () => Promise<Stations> {
  const folder = dataFolder();
  const stations: Promise<Station>[] = [];
  const die = () => {
    throw new StationGone();
  };
  const open = async (): Promise<Station> => {
    let mortal: MortalDatabase | undefined;
    const { database, ...stores } = await openStores(folder, (opened) => {
      mortal = mortalDatabase(opened, die);
      return mortal;
    });
    // What a commit survives is for the tests of crashes; here a sync only costs time.
    database.get('PRAGMA synchronous = OFF');
    afterEnd.push(() => database.close());
    const dieAt = async (touch?: number) => mortal?.dieAt(touch);
    return { stores, dieAt, crash: dieAt };
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
    const env = { ...process.env, ...compileCache(root) };
    const child = fork(new URL('./station-process.ts', import.meta.url), [folder], { env });
    afterEnd.push(() => child.kill('SIGKILL'));
    return child;
  };
  let child = start();
  let calls = 0;
  const call = (store: string, method: string, given: readonly unknown[]) => {
    calls += 1;
    return ordered(child, { id: calls, store, method, given });
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
    dieAt: async (dieAt) => {
      calls += 1;
      await ordered(child, { id: calls, dieAt });
    },
    crash: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      child = start();
    },
  };
}

/** Gives an order and waits for what comes of it. Throws `StationGone` where the process dies over it. */
async function ordered(child: ChildProcess, order: StationOrder): Promise<unknown> {
  const answered = new Promise<StationAnswer>((resolve, reject) => {
    const gone = () => reject(new StationGone());
    const heard = (answer: StationAnswer) => {
      if (answer.id !== order.id) return;
      child.off('message', heard).off('exit', gone);
      resolve(answer);
    };
    child.on('message', heard).on('exit', gone);
  });
  child.send(order);
  const { result, error } = await answered;
  if (error !== undefined) throw Object.assign(new Error(error.message), error);
  return result;
}
