import fc from 'fast-check';

/**
 * Checks a property on generated schedules. The seed is fixed, so that a failure is found again; the error
 * names seed and path, which `ENTROPY_TEST_SEED` and `ENTROPY_TEST_PATH` take back. More schedules than
 * usual: `ENTROPY_TEST_SCHEDULES`.
 */
export async function holds<Ts extends [unknown, ...unknown[]]>(
  property: fc.IAsyncProperty<Ts> | fc.IAsyncPropertyWithHooks<Ts>,
  { schedules, endOnFailure = false }: { schedules: number; endOnFailure?: boolean },
): Promise<void> {
  const { ENTROPY_TEST_SEED, ENTROPY_TEST_PATH, ENTROPY_TEST_SCHEDULES } = process.env;
  await fc.assert(property, {
    seed: Number(ENTROPY_TEST_SEED ?? 20_260),
    numRuns: Number(ENTROPY_TEST_SCHEDULES ?? schedules),
    endOnFailure,
    // Less than a test may take, so that a failure is told; shrinking counts against the time of a failing test only.
    interruptAfterTimeLimit: 150_000,
    markInterruptAsFailure: true,
    ...(ENTROPY_TEST_PATH === undefined ? {} : { path: ENTROPY_TEST_PATH, endOnFailure: true }),
  });
}

/** At which touch of the storage a process dies in a call: the longest call touches it some twenty times. */
export const touch = fc.nat({ max: 20 });

/** How far a process's clock may be off, so that two differ by no more than `skew`: often by as much as that. */
export const clockOffset = (skew: number) =>
  fc.oneof(fc.constantFrom(-skew / 2, skew / 2), fc.integer({ min: -skew / 2, max: skew / 2 }));
