/** What a figure is held against: its value or its ratio to the peer, at most or at least so much. */
type Goal = readonly [of: 'value' | 'ratio', at: 'most' | 'least', limit: number];

/** One line of the result. `peerValue` is in the figure's unit; what has no goal is neither met nor missed. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer: string | null;
  readonly peerValue: number | null;
  /** Value by peer. */
  readonly ratio: number | null;
  readonly goal: string | null;
  readonly met: boolean | null;
}

/** What a benchmark says of one figure. */
interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: readonly [name: string, value: number];
  readonly goal?: Goal;
}

/** Puts a measured value beside its peer and its goal. */
export function figure({ name, value, unit, peer, goal }: Measured): Figure {
  const ratio = peer === undefined ? null : value / peer[1];
  return {
    ...{ name, value: rounded(value), unit },
    peer: peer?.[0] ?? null,
    peerValue: peer === undefined ? null : rounded(peer[1]),
    ratio: ratio === null ? null : rounded(ratio),
    goal: goal === undefined ? null : `${goal[0]} at ${goal[1]} ${goal[2]}`,
    met: goal === undefined ? null : isMet(goal, value, ratio),
  };
}

function isMet([of, at, limit]: Goal, value: number, ratio: number | null): boolean | null {
  const seen = of === 'value' ? value : ratio;
  if (seen === null) return null;
  return at === 'most' ? seen <= limit : seen >= limit;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
