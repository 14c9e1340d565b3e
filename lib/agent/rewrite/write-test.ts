import { posix } from 'node:path';
import type { Plan } from '../../domain/handoff.ts';
import { showHidden } from '../../domain/hidden-text.ts';
import { testSystem } from '../../roles/rewrite/coder.ts';
import { fence, needed, paragraphs, planText } from '../../roles/sections.ts';
import { withAdded } from './add-tests.ts';
import type { Desk } from './desk.ts';
import { type Draft, textIn, withText } from './draft.ts';
import { withOldLines } from './keep-lines.ts';
import { testsFor } from './locate.ts';
import { complaint, failedIn, failuresIn, harmsBase, type Rehearsal } from './rehearse.ts';
import { showFiles } from './show-files.ts';
import type { Sources } from './sources.ts';
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
  const { sources } = desk;
  const plan = needed(desk.input.plan, 'plan');
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
        planText({ ...plan, excerpts: [] }, desk.nonce),
        `# The code as it is now, with the problem\n\n${code.text}`,
        tests.text === '' ? '' : `# The tests as they are now\n\n${tests.text}`,
        wanted(desk, plan, file, targets.sources),
      ),
      ...(file === undefined ? {} : { system: testSystem }),
      start,
      shown,
      size: file === undefined ? 1200 : Math.min(old.length, 1500) + 600,
      temperatures: sample === 0 ? temperatures : [0.4 + 0.3 * sample],
      refuse: (path) => (sources.kinds.isTest(path) ? undefined : `${path} is no test file`),
      place: withAdded,
      judge: async (draft) => {
        const seen = judgeTest(await desk.rehearse(draft));
        if (seen.fault === undefined) return { draft };
        const whole = await restored(draft, start, sources, shown);
        if (whole !== undefined && judgeTest(await desk.rehearse(whole)).fault === undefined) {
          return { draft: whole };
        }
        if (seen.weak) second ??= draft;
        return { fault: seen.fault };
      },
    },
    tally,
  );
  return taken ?? second;
}

function wanted(
  { nonce }: Desk,
  plan: Plan,
  file: string | undefined,
  code: readonly string[],
): string {
  const shown = plan.excerpts.map(({ label, text }) => fence(nonce, label, text));
  const cases = [...shown, ...plan.criteria.map(showHidden)].join('\n');
  const rules = `Test these cases and no others, one test for each, with exactly these inputs and results:\n${cases}\n\nThe result that a test expects is what must be, never what the code gives now: the new tests fail with the code as it is now. Write only the tests, not the code.`;
  if (file === undefined) {
    const like = code[0] === undefined ? '' : ` for ${posix.basename(code[0])}`;
    return `Write a new test file${like}. ${rules}`;
  }
  return `Write the tests that are to be added to ${file}, in the way of those that are there, and nothing else of the file. ${rules}`;
}

/** The draft with all that the test files held before; undefined where nothing of it was lost. */
async function restored(
  draft: Draft,
  start: Draft,
  sources: Sources,
  files: readonly string[],
): Promise<Draft | undefined> {
  let whole = draft;
  for (const path of files) {
    const [old, text] = [await textIn(start, sources, path), await textIn(draft, sources, path)];
    const merged = old === undefined || text === undefined ? undefined : withOldLines(old, text);
    if (merged !== undefined) whole = await withText(whole, sources, path, merged);
  }
  return whole === draft ? undefined : whole;
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
