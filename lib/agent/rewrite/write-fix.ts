import { evidenceText } from '../../roles/evidence-text.ts';
import { coderSystem } from '../../roles/rewrite/coder.ts';
import { conflictText, needed, paragraphs, planText, reviewText } from '../../roles/sections.ts';
import type { Desk } from './desk.ts';
import type { Draft } from './draft.ts';
import { locate, testsFor } from './locate.ts';
import { complaint, failuresIn, harmsBase } from './rehearse.ts';
import { showFiles } from './show-files.ts';
import { type Tally, type Task, tryDrafts } from './try-drafts.ts';

/** What came of the tries to mend the source. */
export interface Fixes {
  good: Draft | undefined;
  /** Broke nothing, and no test shows them right. */
  readonly harmless: Draft[];
  /** What was wrong with the last one. */
  last: string;
}

const temperatures = [0, 0.5, 0.8];

/** Asks for the source until the checks say that the change is good. Fills `found`. */
export async function writeFix(
  desk: Desk,
  start: Draft,
  found: Fixes,
  tally: Tally,
): Promise<void> {
  const { sources, input } = desk;
  const paths = await sourcePaths(desk);
  const tests = [...start.keys()].filter((path) => sources.kinds.isTest(path));
  const extra = tests.length > 0 ? tests : (await testsFor(sources, paths)).slice(0, 1);
  const files = await showFiles(sources, start, paths);
  const around = await showFiles(sources, start, extra);
  const task: Task = {
    step: 'fix',
    brief: paragraphs(
      desk.guidance,
      planText(needed(input.plan, 'plan'), desk.nonce),
      await failingText(desk, start),
      lastRound(desk),
      `# The tests (leave them as they are)\n\n${around.text}`,
      `# The files to change\n\n${files.text}`,
      `Carry out the plan: write ${listed(files.shown)} again, whole, with the change made. Do not write the tests.`,
    ),
    start,
    shown: files.shown,
    size: files.text.length,
    temperatures,
    refuse: (path) =>
      sources.kinds.isTest(path) ? `${path} is a test; change the source` : undefined,
    judge: async (draft) => {
      const rehearsal = await desk.rehearse(draft);
      if (rehearsal.judgement.verdict === 'bad') {
        if (!harmsBase(rehearsal)) found.harmless.push(draft);
        found.last = rehearsal.judgement.detail;
        return { fault: complaint(rehearsal) };
      }
      // Where the checks can't be run or tell nothing, the verifier is to say so.
      found.good = draft;
      return { draft };
    },
  };
  await tryDrafts(desk, task, tally);
}

/** Source files of the plan; where it names none that is there, the model is asked. */
async function sourcePaths({ input, sources, model, nonce }: Desk): Promise<readonly string[]> {
  const plan = needed(input.plan, 'plan');
  const named = plan.files.filter(
    (path) =>
      sources.files.includes(path) &&
      !sources.kinds.isTest(path) &&
      !sources.kinds.isDefinition(path),
  );
  if (named.length > 0) return named.slice(0, 5);
  return locate(model, sources, { system: coderSystem, brief: planText(plan, nonce) });
}

async function failingText(desk: Desk, start: Draft): Promise<string> {
  const { evidence } = await desk.rehearse(start);
  const failing = evidence.runs === undefined ? '' : failuresIn(evidence.runs.change);
  return failing === '' ? '' : `# Tests that fail now and must pass\n${failing}`;
}

function lastRound({ input, nonce }: Desk): string {
  if (input.change === undefined) return '';
  if (input.conflict) return conflictText(input.conflict);
  return paragraphs(
    'The files below hold your change of the last round. It was not good enough:',
    input.review
      ? reviewText(input.review, nonce)
      : input.evidence && evidenceText(input.evidence, nonce),
  );
}

function listed(paths: readonly string[]): string {
  return paths.length === 1 ? `${paths[0]}` : `those of ${paths.join(', ')} that must change`;
}
