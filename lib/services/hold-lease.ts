/** A lease that can be taken and renewed by the same call. */
export interface HeldLease {
  /** Takes or renews it up to `until`; false where another has it. */
  readonly take: (now: number, until: number) => Promise<boolean>;
  readonly release: () => Promise<void>;
}

/** So long does who was killed in the work keep others waiting, in milliseconds. */
export const heldMs = 15_000;

/**
 * Does the work while the lease is held, and renews it meanwhile. Undefined where another has it. The work is given
 * what it asks right before each call that must not come late: false where the lease has gone.
 */
export async function holding<T>(
  clock: { now(): number },
  { take, release }: HeldLease,
  work: (held: () => Promise<boolean>) => Promise<T>,
): Promise<T | undefined> {
  const held = async () => {
    const now = clock.now();
    return take(now, now + heldMs);
  };
  if (!(await held())) return undefined;
  // A renewal that fails shows at the next `held`.
  let renewed: Promise<unknown> = Promise.resolve();
  const renewal = setInterval(() => {
    renewed = renewed.then(held).catch(() => undefined);
  }, heldMs / 3);
  try {
    return await work(held);
  } finally {
    clearInterval(renewal);
    // One that came after the release would take it again, for nobody.
    await renewed;
    await release();
  }
}
