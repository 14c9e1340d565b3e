import * as z from 'zod';

/**
 * `flaky` failed and then passed when it was run again on the same tree; a test the runner marks as
 * expected to fail counts as skipped.
 */
const testStatusSchema = z.enum(['passed', 'failed', 'skipped', 'flaky']);
export type TestStatus = z.infer<typeof testStatusSchema>;

const testResultSchema = z.strictObject({
  /** Stable across runs: file or suite, then the test's names, joined by ` > `. */
  id: z.string().min(1).max(1000),
  status: testStatusSchema,
  /** The failure's first lines. */
  message: z.string().max(2000).optional(),
  /** Stands for a whole file or package that did not compile or load. */
  load: z.literal(true).optional(),
});
export type TestResult = z.infer<typeof testResultSchema>;

/** One command as the harness ran it. */
const commandRunSchema = z.strictObject({
  command: z.string().max(4000),
  exitCode: z.number().int().nullable(),
  signal: z.string().max(20).nullable(),
  durationMs: z.number().min(0),
  timedOut: z.boolean(),
  /** SHA-256 of the whole output; only its end is kept. */
  outputDigest: z.string(),
  outputTail: z.string().max(8000),
});
export type CommandRun = z.infer<typeof commandRunSchema>;

/** One pass of the checks over one tree. */
const checkRunSchema = z.strictObject({
  /**
   * `setup` failed: the tests were not run. `build`: none of the tests compiled or loaded. `incomplete`: a
   * runner did not come to its own end, or results are there that no runner signed.
   */
  state: z.enum(['completed', 'setup-failed', 'build-failed', 'timed-out', 'incomplete']),
  commands: z.array(commandRunSchema).max(20),
  /** Null where the runner can't say per test; the exit code then stands for all. */
  tests: z.array(testResultSchema).max(50_000).nullable(),
  /** What makes the results doubtful: a file of the change or of the tests that the run changed, say. */
  doubts: z.array(z.string().max(400)).max(100).optional(),
});
export type CheckRun = z.infer<typeof checkRunSchema>;

/** How the repository is checked, and who said so. */
const checksSchema = z.strictObject({
  ecosystem: z.string().max(50),
  /** Where the commands come from, in order of precedence. */
  source: z.enum(['option', '.entropy.yml', 'found']),
  setup: z.array(z.string().max(2000)).max(10),
  test: z.string().max(2000),
});
export type Checks = z.infer<typeof checksSchema>;

/** What the harness itself saw: the four runs of Verify (the rule for success is in `verdict.ts`). */
export const evidenceSchema = z.strictObject({
  kind: z.literal('evidence'),
  /** Null where no way to check the repository was found; `unavailable` says what was looked for. */
  checks: checksSchema.nullable(),
  /** Why there are no runs: nothing was found, or set-up fails on the base itself. */
  unavailable: z.string().max(4000).optional(),
  /** Why the runs say little of the base (it never ends, or runs no test), and what would mend that. */
  advice: z.string().max(4000).optional(),
  base: z.string(),
  /** Tree id of the change laid over the base. */
  tree: z.string(),
  /** Paths of the change, by what they are. */
  paths: z.strictObject({
    source: z.array(z.string()),
    tests: z.array(z.string()),
    definitions: z.array(z.string()),
  }),
  runs: z
    .strictObject({
      /** (1) the base as it is. */
      base: checkRunSchema,
      /** (2) the change, check definitions from the base. */
      change: checkRunSchema,
      /** (3) the change's tests without its source; the same as (1) where it has no tests. */
      testsOnly: checkRunSchema,
      /** (4) the change's source with the base's tests and check definitions. */
      baseTests: checkRunSchema,
    })
    .optional(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
