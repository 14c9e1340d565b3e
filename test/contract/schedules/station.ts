import type { Ports } from '../../../lib/domain/ports.ts';

/** The stores that schedules are about. */
export type ScheduledStores = Pick<Ports, 'claims' | 'slots' | 'runners' | 'effects' | 'ledger'>;

/** One process's way to the stores that it shares with others. */
export interface Station {
  readonly stores: ScheduledStores;
  /** Ends as a killed process does, releasing nothing, and starts again. */
  crash(): Promise<void>;
  /**
   * Has the process die in its next call: at so many touches of the storage, counted from 0, or not at all where the call
   * needs fewer. The call then throws `StationGone`; `crash` starts it again. Undefined where calls can't be cut through.
   */
  readonly dieAt?: (touch: number) => Promise<void>;
}

/** The process died in the call, which was done whole or not at all. */
export class StationGone extends Error {
  override readonly name = 'StationGone';
}

/** The stations of one storage, and how many generated schedules their speed allows. */
export interface Stations {
  readonly stations: readonly Station[];
  readonly schedules: number;
  /** Stop at the first schedule that breaks the property, without a search for the smallest. */
  readonly endOnFailure?: boolean;
}

let scopes = 0;
/** Keeps the keys of one schedule apart from those of all others on the same storage. */
export function freshScope(): string {
  scopes += 1;
  return `s${scopes}`;
}
