import { AgentStuck } from '../../domain/errors.ts';
import { globMatches } from '../../domain/glob.ts';
import type { ChangeSet, Plan } from '../../domain/handoff.ts';
import { needed } from '../../roles/sections.ts';
import type { Desk } from './desk.ts';
import { type Draft, draftOf, filesOf } from './draft.ts';
import { failedIn, type Rehearsal } from './rehearse.ts';
import type { Tally } from './try-drafts.ts';
import { type Fixes, writeFix } from './write-fix.ts';
import { testTargets, writeTest } from './write-test.ts';

/**
 * The coder by whole files: a test that fails first, then the source, each tried in the sandbox by the rule
 * that the verifier goes by. Throws `AgentStuck` where no sample comes to a change that is worth handing over.
 */
export async function writeCode(desk: Desk): Promise<ChangeSet> {
  const plan = needed(desk.input.plan, 'plan');
  const start = draftOf(desk.input.change);
  const tally: Tally = { asked: 0, repeated: 0 };
  const before = await desk.rehearse(start);
  const tested = await withTest(desk, start, before, tally);
  const found: Fixes = { good: undefined, harmless: [], last: '' };
  await writeFix(desk, tested, found, tally);
  found.good ??= await withLaterTest(desk, start, found, tally);
  if (found.good === undefined) throw new AgentStuck(stuckText(found, tally));
  return changeOf(desk, plan, found.good);
}

/** A test is written first where none fails yet; a later round has one already. */
async function withTest(desk: Desk, start: Draft, before: Rehearsal, tally: Tally): Promise<Draft> {
  const { runs } = before.evidence;
  const shown = runs === undefined || start.size > 0 || failedIn(runs.base).length > 0;
  if (shown || asksNoTest(desk)) return start;
  return (await writeTest(desk, start, await testTargets(desk), tally)) ?? start;
}

/** Where the repository's rules ask for none, a small model had better not be asked for one. */
function asksNoTest({ input, sources }: Desk): boolean {
  const { paths, labels } = input.exempt ?? { paths: [], labels: [] };
  if (labels.length > 0) return true;
  const planned = needed(input.plan, 'plan').files.filter((path) => !sources.kinds.isTest(path));
  const isExempt = (path: string) => paths.some((glob) => globMatches(glob, path));
  return planned.length > 0 && planned.every(isExempt);
}

const laterTests = 2;

/** Where changes broke nothing but no test showed them right: other tests, and which of the changes passes them. */
async function withLaterTest(
  desk: Desk,
  start: Draft,
  found: Fixes,
  tally: Tally,
): Promise<Draft | undefined> {
  if (found.harmless.length === 0 || start.size > 0) return undefined;
  const targets = await testTargets(desk);
  for (let n = 0; n < laterTests; n += 1) {
    const test = await writeTest(desk, start, { ...targets, sample: n + 1 }, tally);
    if (test === undefined) continue;
    for (const fix of found.harmless) {
      const source = [...fix].filter(([path]) => !desk.sources.kinds.isTest(path));
      const draft: Draft = new Map([...test, ...source]);
      const { judgement } = await desk.rehearse(draft);
      if (judgement.verdict === 'good') return draft;
    }
  }
  return undefined;
}

function stuckText({ last }: Fixes, { asked, repeated }: Tally): string {
  const same = repeated === 0 ? '' : `, ${repeated} of them the same as one before`;
  return `${asked} rewrites${same}, and none is good: ${last || 'no test could be written that fails on the base'}`;
}

function changeOf(desk: Desk, plan: Plan, draft: Draft): ChangeSet {
  const title = plan.title.slice(0, 100).trim();
  const base = desk.sources.base;
  return { kind: 'change-set', base, files: filesOf(draft), title, body: plan.summary };
}
