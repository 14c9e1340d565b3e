import type { Ports } from '../../../lib/domain/ports.ts';

/** The stores that schedules are about. */
export type ScheduledStores = Pick<Ports, 'claims' | 'slots' | 'runners' | 'effects' | 'ledger'>;

/** One process's way to the stores that it shares with others. */
export interface Station {
  readonly stores: ScheduledStores;
  /** Ends as a killed process does, releasing nothing, and starts again. */
  crash(): Promise<void>;
}

/** The stations of one storage, and how many generated schedules their speed allows. */
export interface Stations {
  readonly stations: readonly Station[];
  readonly schedules: number;
}

let scopes = 0;
/** Keeps the keys of one schedule apart from those of all others on the same storage. */
export function freshScope(): string {
  scopes += 1;
  return `s${scopes}`;
}
