import type { CheckRun, Evidence, TestStatus } from '../../domain/evidence.ts';
import type { Judgement } from '../../domain/verdict.ts';
import { code, tameLine } from './tame-text.ts';

const shownTests = 10;
const names = {
  base: '1. base',
  change: '2. the change',
  testsOnly: "3. the change's tests without its source",
  baseTests: "4. the base's tests over the change's source",
} as const;
const verdicts = {
  good: 'Good',
  bad: 'Bad',
  inconclusive: 'Inconclusive',
  unavailable: 'Not to be had',
} as const;

/** What the harness saw, as Markdown: the rule that decided, the four runs, the tests that prove it. */
export function evidenceText(evidence: Evidence, judgement: Judgement): string {
  const head = `**${verdicts[judgement.verdict]}** (${judgement.rule}): ${tameLine(judgement.detail, 1000)}`;
  return [head, runsTable(evidence), proofList(judgement), checksLine(evidence), treeLine(evidence)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function runsTable({ runs }: Evidence): string {
  if (runs === undefined) return '';
  const rows = Object.entries(names).map(([key, name]) => {
    const run = runs[key as keyof typeof names];
    return `| ${name} | ${run.state} | ${counts(run).join(' | ')} |`;
  });
  const head = '| run | state | passed | failed | flaky | skipped |\n|---|---|---|---|---|---|';
  return [head, ...rows].join('\n');
}

function counts({ tests, commands }: CheckRun): (number | string)[] {
  if (tests === null) return [`exit code ${commands.at(-1)?.exitCode ?? 'none'}`, '–', '–', '–'];
  const of = (status: TestStatus) => tests.filter((one) => one.status === status).length;
  return [of('passed'), of('failed'), of('flaky'), of('skipped')];
}

function proofList({ proof, weak, flaky }: Judgement): string {
  const parts = [];
  if (proof.length > 0) {
    const kind = weak
      ? 'Do not compile or load without the change (the weaker proof)'
      : 'Fail without the change';
    parts.push(`${kind} and pass with it:\n${listed(proof)}`);
  }
  if (flaky.length > 0) parts.push(`Flaky:\n${listed(flaky)}`);
  return parts.join('\n\n');
}

function listed(ids: readonly string[]): string {
  const lines = ids.slice(0, shownTests).map((id) => `- ${code(id)}`);
  const more = ids.length - shownTests;
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}

function checksLine({ checks }: Evidence): string {
  if (checks === null) return '';
  const setup = checks.setup.map((command) => code(command)).join(', ') || 'none';
  return `Checks from ${checks.source}: set-up ${setup}; tests ${code(checks.test)}`;
}

function treeLine({ base, tree }: Evidence): string {
  return `Base ${code(base)}, tree of the change ${code(tree)}`;
}
