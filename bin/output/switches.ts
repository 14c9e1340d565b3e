import type { ModelSwitch } from '../../lib/services/models-played.ts';
import { printable, type Terminal } from './terminal.ts';

/** One line for each time that another model took a role's calls. */
export function switchLine({ role, round, turn, from, to, why }: ModelSwitch): string {
  return printable(`${role}, round ${round}, turn ${turn}: ${from} -> ${to}: ${why}`);
}

/** A run's switches, below its own line. */
export function writeSwitches(switches: readonly ModelSwitch[], { out }: Terminal): void {
  for (const each of switches) out.write(`  switched   ${switchLine(each)}\n`);
}
