/** The operator's kill switch, thrown: while it stands nothing starts and what runs is stopped. */
export interface Pause {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Who threw it. */
  readonly by: string;
  readonly reason?: string;
}

/** One sentence for people: who paused, since when and why. */
export function pauseText({ at, by, reason }: Pause): string {
  const since = new Date(at).toISOString().slice(0, 19);
  return `all work is paused by ${by} since ${since}Z${reason === undefined ? '' : `: ${reason}`}`;
}
