import { posix } from 'node:path';
import { needed, paragraphs, planText } from '../../roles/sections.ts';
import type { Desk } from './desk.ts';
import { type Draft, textIn } from './draft.ts';
import { testsFor } from './locate.ts';
import { complaint, failedIn, failuresIn, harmsBase, type Rehearsal } from './rehearse.ts';
import { showFiles } from './show-files.ts';
import { type Tally, tryDrafts } from './try-drafts.ts';

/** Where a test can go. */
export interface TestTargets {
  /** The test file that is to be written again; undefined where a new one is to be made. */
  readonly file: string | undefined;
  readonly sources: readonly string[];
  /** From 1: another test is wanted, by other words of the model. */
  readonly sample?: number;
}

/** The test file that belongs to the plan's sources. */
export async function testTargets({ input, sources }: Desk): Promise<TestTargets> {
  const { files } = needed(input.plan, 'plan');
  const known = files.filter((path) => sources.files.includes(path));
  const code = known.filter((path) => !sources.kinds.isTest(path));
  const named = known.filter((path) => sources.kinds.isTest(path));
  const found = await testsFor(sources, code);
  return { file: found[0] ?? named[0], sources: code };
}

const temperatures = [0, 0.5, 0.8];

/**
 * A test that fails on the base for the reason in the plan, written before the source is touched. Undefined
 * where the model comes to none.
 */
export async function writeTest(
  desk: Desk,
  start: Draft,
  targets: TestTargets,
  tally: Tally,
): Promise<Draft | undefined> {
  const { sources, input } = desk;
  const { file, sample = 0 } = targets;
  const code = await showFiles(sources, start, targets.sources);
  const old = file === undefined ? '' : ((await textIn(start, sources, file)) ?? '');
  const shown = file === undefined ? [] : [file];
  const tests = await showFiles(sources, start, shown);
  let second: Draft | undefined;
  const taken = await tryDrafts(
    desk,
    {
      step: 'test',
      brief: paragraphs(
        desk.guidance,
        planText(needed(input.plan, 'plan'), desk.nonce),
        `# The code as it is now, with the problem\n\n${code.text}`,
        tests.text === '' ? '' : `# The tests as they are now\n\n${tests.text}`,
        wanted(file, targets.sources),
      ),
      start,
      shown,
      size: old.length + 2000,
      temperatures: sample === 0 ? temperatures : [0.4 + 0.3 * sample],
      refuse: (path) => (sources.kinds.isTest(path) ? undefined : `${path} is no test file`),
      judge: async (draft) => {
        const seen = judgeTest(await desk.rehearse(draft));
        if (seen.weak) second ??= draft;
        return seen.fault;
      },
    },
    tally,
  );
  return taken ?? second;
}

function wanted(file: string | undefined, code: readonly string[]): string {
  const rest =
    'Take the expected results from the plan, never from what the code does now. The new tests must fail with the code as it is now, and pass once the plan is carried out. Write only the tests, not the code.';
  if (file === undefined) {
    const like = code[0] === undefined ? '' : ` for ${posix.basename(code[0])}`;
    return `Write a new test file${like} with one test for each acceptance criterion. ${rest}`;
  }
  return `Write ${file} again, whole: keep every test that is there as it is, and add one test for each acceptance criterion that no test shows yet. ${rest}`;
}

/** On the base: what was there passes, and something new fails, by more than not loading. */
function judgeTest(rehearsal: Rehearsal): { readonly fault?: string; readonly weak?: boolean } {
  const { runs } = rehearsal.evidence;
  if (runs === undefined) return {};
  const failed = (runs.change.tests ?? []).filter((test) => test.status === 'failed');
  if (runs.change.state === 'build-failed' || failed.some((test) => test.load)) {
    const failures = failuresIn(runs.change);
    return { weak: missing.test(failures), fault: `The test file does not load:\n${failures}` };
  }
  if (harmsBase(rehearsal)) return { fault: complaint(rehearsal) };
  const before = new Set(failedIn(runs.base));
  if (failed.some((test) => !before.has(test.id))) return {};
  if (runs.change.tests === null && runs.change.commands.at(-1)?.exitCode !== 0) return {};
  return {
    fault:
      'Every new test passes with the code as it is now, so none of them shows the problem. Test what the plan says is wrong today.',
  };
}

/** What a test says that asks for something new: it can't load before that is there. */
const missing =
  /does not provide an export|cannot import name|has no attribute|undefined: |is not defined|not found/i;
