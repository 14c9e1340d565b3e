import { describe } from '@jest/globals';
import { claimSchedules } from '../../contract/schedules/claim-schedules.ts';
import { effectSchedules } from '../../contract/schedules/effect-schedules.ts';
import { runnerSchedules, slotSchedules } from '../../contract/schedules/lease-schedules.ts';
import { connectionStations, processStations } from './stations.ts';

describe.each([
  ['connections', connectionStations(200)],
  ['processes', processStations(25)],
])('over %s', (_, open) => {
  describe('claims', () => claimSchedules(open));
  describe('runner leases', () => runnerSchedules(open));
  describe('slots', () => slotSchedules(open));
  describe('effects', () => effectSchedules(open));
});
