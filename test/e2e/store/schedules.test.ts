import { afterAll, describe } from '@jest/globals';
import { openTable } from '../../../lib/aws/store/table.ts';
import { claimSchedules } from '../../contract/schedules/claim-schedules.ts';
import { effectSchedules } from '../../contract/schedules/effect-schedules.ts';
import { runnerSchedules, slotSchedules } from '../../contract/schedules/lease-schedules.ts';
import type { ScheduledStores, Station, Stations } from '../../contract/schedules/station.ts';
import { storesOn } from './open-stores.ts';
import { emulatorClient, tableMaker } from './open-table.ts';

const size = 4;
const make = tableMaker();
const afterEnd: (() => void)[] = [];
afterAll(() => {
  for (const end of afterEnd) end();
});

/** Clients of their own on one table; a crash breaks off one's connections, and another takes its place. */
async function open(): Promise<Stations> {
  const { tableName } = await make();
  const stations = Array.from({ length: size }, () => station(tableName));
  return { stations, schedules: 25 };
}

function station(tableName: string): Station {
  let client = emulatorClient();
  let stores: ScheduledStores = storesOn(openTable(client, tableName));
  afterEnd.push(() => client.destroy());
  return {
    get stores() {
      return stores;
    },
    crash: async () => {
      client.destroy();
      client = emulatorClient();
      stores = storesOn(openTable(client, tableName));
    },
  };
}

describe('claims', () => claimSchedules(open));
describe('runner leases', () => runnerSchedules(open));
describe('slots', () => slotSchedules(open));
describe('effects', () => effectSchedules(open));
