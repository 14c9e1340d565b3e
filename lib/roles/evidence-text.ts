import type { CheckRun, Evidence } from '../domain/evidence.ts';
import type { Judgement } from '../domain/verdict.ts';
import { capped, fence, paragraphs } from './sections.ts';

const names = {
  base: 'the base as it is',
  change: 'the change',
  testsOnly: "the change's tests without its source",
  baseTests: "the base's tests over the change's source",
} as const;

/**
 * The Evidence and what it amounts to, for a coder or a reviewer. What programs printed is fenced: a
 * test can print anything.
 */
export function evidenceText(
  found: { readonly evidence: Evidence; readonly judgement: Judgement },
  nonce: string,
): string {
  const { evidence, judgement } = found;
  const { checks, runs } = evidence;
  return paragraphs(
    '# Evidence: what the harness saw when it ran the checks itself',
    `Verdict: ${judgement.verdict} (${judgement.rule}).`,
    fence(nonce, 'verdict', capped(judgement.detail, 2000)),
    checks === null
      ? 'No checks were found.'
      : `Checks (${checks.ecosystem}): ${[...checks.setup, checks.test].join(' && ')}`,
    evidence.unavailable === undefined
      ? ''
      : `There are no runs:\n${fence(nonce, 'reason', evidence.unavailable)}`,
    listed('Passed before, do not pass now', judgement.broken, nonce),
    listed('Failed without the change, pass with it', judgement.proof, nonce),
    listed('Flaky', judgement.flaky, nonce),
    runs &&
      `Runs:\n${runNames.map((name) => `- ${names[name]}: ${counts(runs[name])}`).join('\n')}`,
    runs && failureText(runs.change, names.change, nonce),
    runs && failureText(runs.baseTests, names.baseTests, nonce),
  );
}

const runNames = ['base', 'change', 'testsOnly', 'baseTests'] as const;

function counts(run: CheckRun): string {
  const exit = run.commands.at(-1)?.exitCode ?? 'none';
  if (run.tests === null) return `${run.state}, exit code ${exit}, no result per test`;
  const of = (status: string) => run.tests?.filter((test) => test.status === status).length ?? 0;
  const parts = ['passed', 'failed', 'skipped', 'flaky'].map((status) => `${of(status)} ${status}`);
  return `${run.state}, exit code ${exit}, ${parts.join(', ')}`;
}

function listed(title: string, ids: readonly string[], nonce: string): string {
  if (ids.length === 0) return '';
  const more = ids.length > 30 ? [`and ${ids.length - 30} more`] : [];
  return `${title}:\n${fence(nonce, 'tests', [...ids.slice(0, 30), ...more].join('\n'))}`;
}

/** What failed in a run, and the end of the output where that says more. */
function failureText(run: CheckRun, name: string, nonce: string): string {
  const failed = run.tests?.filter((test) => test.status === 'failed') ?? [];
  const lines = failed.slice(0, 15).map((test) => `${test.id}\n${test.message ?? ''}`);
  const last = run.commands.at(-1);
  const broken = run.state !== 'completed' || (failed.length === 0 && last?.exitCode !== 0);
  const output = broken && last ? [`$ ${last.command}\n${last.outputTail}`] : [];
  const text = [...lines, ...output].join('\n\n');
  return text === ''
    ? ''
    : `Failures in ${name}:\n${fence(nonce, 'failures', capped(text, 12_000))}`;
}
