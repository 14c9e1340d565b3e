import type { SandboxKind } from '../../lib/domain/run.ts';
import type { Figure } from './figure.ts';

/** How a benchmark is run. */
interface Measuring {
  /** Few rounds: shows that it works; its figures say little. */
  readonly quick: boolean;
  /** A folder that is removed afterwards. */
  readonly folder: string;
  /** The boundaries that commands are measured with, one after another. */
  readonly sandboxes: readonly SandboxKind[];
  /** Progress, for standard error. */
  readonly say: (line: string) => void;
}

/** Measures, and gives its figures. */
export type Benchmark = (measuring: Measuring) => Promise<readonly Figure[]>;

/**
 * Takes each measurement once a round, in turn, so that a machine that grows busy slows them all. The first
 * round warms up and is thrown away where `warm` is given.
 */
export async function rounds<Name extends string>(
  count: number,
  measures: Readonly<Record<Name, (round: number) => Promise<number>>>,
  options: { warm?: boolean; say?: (line: string) => void } = {},
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measures) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = options.warm ? 0 : 1; round <= count; round += 1) {
    for (const name of names) {
      const value = await measures[name](round);
      if (round > 0) taken[name]?.push(value);
      options.say?.(`round ${round}: ${name} ${Number(value.toPrecision(4))}`);
    }
  }
  return taken as Record<Name, number[]>;
}

/** The middle one; of an even count the lower of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that a share of them does not exceed. Throws where there is none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}
