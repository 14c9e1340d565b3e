import type { CheckRun, Evidence, TestResult } from './evidence.ts';
import type { Judgement } from './verdict.ts';

const limits = { text: 6000, failures: 8, message: 600, flaky: 5 };

const runNames = {
  base: 'the base',
  testsOnly: "the change's tests without its source",
  change: 'the change',
  baseTests: "the change's source with the base's tests",
} as const;
const verdicts = {
  good: 'good',
  bad: 'not good',
  inconclusive: 'inconclusive',
  unavailable: 'not to be had',
} as const;

/**
 * What the checks showed, in Markdown, for the coder, the reviewer and the pull request: at most 6,000
 * characters. Output of tests stands in code blocks and is never interpreted.
 */
export function summarizeEvidence(evidence: Evidence, judgement: Judgement): string {
  const parts = [
    `**Evidence: ${verdicts[judgement.verdict]}** (rule \`${judgement.rule}\`). ${judgement.detail}`,
    ...(evidence.checks === null ? [] : [how(evidence.checks)]),
    ...(evidence.runs === undefined ? [] : [table(evidence.runs)]),
    ...flaky(judgement),
    ...(evidence.runs === undefined ? [] : failures(evidence.runs)),
  ];
  return bounded(parts, limits.text);
}

function how({ test, setup, source }: NonNullable<Evidence['checks']>): string {
  const from = {
    option: "the operator's option",
    '.entropy.yml': '`.entropy.yml`',
    found: 'found',
  };
  const before = setup.length === 0 ? '' : `, after ${setup.map(code).join(', ')}`;
  return `Checked with ${code(test)}${before} (${from[source]}), definitions from the base.`;
}

function table(runs: NonNullable<Evidence['runs']>): string {
  const rows = Object.entries(runNames).map(([name, title]) => {
    const run = runs[name as keyof typeof runNames];
    return `| ${title} | ${stateOf(run)} | ${counts(run)} |`;
  });
  return ['| tree | test command | tests |', '|---|---|---|', ...rows].join('\n');
}

function stateOf(run: CheckRun): string {
  const last = run.commands.at(-1);
  const ended = `exit ${last?.exitCode ?? last?.signal ?? 'unknown'}`;
  const states = {
    completed: ended,
    'setup-failed': `set-up failed, ${ended}`,
    'build-failed': `did not compile or load, ${ended}`,
    'timed-out': 'did not end in time',
    incomplete: `a runner did not come to its own end, ${ended}`,
  };
  return states[run.state];
}

function counts({ tests }: CheckRun): string {
  if (tests === null) return 'no results per test';
  const kinds = (['passed', 'failed', 'skipped', 'flaky'] as const).map((kind) => {
    const number = tests.filter(({ status }) => status === kind).length;
    return number === 0 ? [] : [`${number} ${kind}`];
  });
  return kinds.flat().join(', ') || 'none ran';
}

function flaky({ flaky: ids }: Judgement): string[] {
  if (ids.length === 0) return [];
  const shown = ids.slice(0, limits.flaky).map(code).join(', ');
  const rest = ids.length > limits.flaky ? ` and ${ids.length - limits.flaky} more` : '';
  return [`Flaky (failed, then passed on the same tree; no proof either way): ${shown}${rest}.`];
}

/** What fails with the change, in its own words; where nothing is known per test, the command's last words. */
function failures(runs: NonNullable<Evidence['runs']>): string[] {
  const seen = new Set<string>();
  const failed = [runs.change, runs.baseTests]
    .flatMap((run) => run.tests ?? [])
    .filter(({ id, status }) => status === 'failed' && !seen.has(id) && seen.add(id));
  if (failed.length > 0) {
    const shown = failed.slice(0, limits.failures).map(failure);
    const rest = failed.length - shown.length;
    return ['Failing with the change:', ...shown, ...(rest > 0 ? [`… and ${rest} more.`] : [])];
  }
  const red = [runs.change, runs.baseTests].find((run) => run.commands.at(-1)?.exitCode !== 0);
  const said = red?.commands.at(-1)?.outputTail;
  return said ? [`The end of what the command printed:\n\n${block(said.slice(-2000))}`] : [];
}

function failure({ id, message }: TestResult): string {
  const said = message?.slice(0, limits.message);
  return said ? `- ${code(id)}\n\n${block(said)}` : `- ${code(id)}`;
}

/** Inline code that its content can't leave. */
function code(text: string): string {
  const flat = text.replace(/\s+/g, ' ').slice(0, 300);
  const fence = '`'.repeat(longestRun(flat) + 1);
  return `${fence}${flat.startsWith('`') ? ' ' : ''}${flat}${flat.endsWith('`') ? ' ' : ''}${fence}`;
}

/** A code block that its content can't end. */
function block(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Whole parts only, so that no code block is cut open. */
function bounded(parts: readonly string[], limit: number): string {
  const note = '\n\n… cut here; the whole is in the ledger.';
  const kept: string[] = [];
  let length = note.length;
  for (const part of parts) {
    length += part.length + 2;
    if (length > limit) return `${kept.join('\n\n')}${note}`;
    kept.push(part);
  }
  return kept.join('\n\n');
}
