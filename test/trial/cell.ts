import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialCase } from './cases.ts';
import { entropyRun } from './entropy-run.ts';

/** How runs are made. */
export interface TrialSettings {
  readonly baseUrl: string;
  readonly model: string;
  readonly strategy: 'tools' | 'rewrite';
  readonly sandbox: 'bubblewrap' | 'process';
  /** Repositories and data folders go here. */
  readonly work: string;
}

/** One run of one case, as it was judged. */
export interface Cell {
  readonly case: string;
  readonly language: string;
  /** From 1. */
  readonly time: number;
  readonly model: string;
  readonly strategy: string;
  /** ISO 8601. */
  readonly date: string;
  readonly outcome: string;
  /** The error's name, or null. */
  readonly error: string | null;
  readonly message: string | null;
  /** The verifier's verdict, or null where there was no Evidence. */
  readonly evidence: string | null;
  /** The hidden test over the branch; null where there is no branch. */
  readonly hidden: 'passed' | 'failed' | null;
  /** The checks went green, or a person was handed the change, and the hidden test fails. */
  readonly falseSuccess: boolean;
  readonly ledger: 'verified' | 'broken';
  readonly seconds: number;
  readonly turns: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly run: string;
}

/** Runs one case with the product's own command, and judges it by a test that the run never saw. */
export async function runCell(
  one: TrialCase,
  time: number,
  settings: TrialSettings,
): Promise<Cell> {
  const place = join(settings.work, `${one.name}-${time}-${Date.now().toString(36)}`);
  const run = await entropyRun(one, place, {
    args: [
      ...['--base-url', settings.baseUrl, '--model', settings.model],
      ...['--strategy', settings.strategy, '--sandbox', settings.sandbox],
    ],
    env: {},
    // A small model on a busy machine takes minutes for one reply; what is set outside stands.
    stageMs: 90 * 60_000,
  });
  const { outcome, repo } = run;
  if (outcome === undefined) throw new Error(`the run told no outcome:\n${run.err.slice(-2000)}`);
  const { branch } = outcome;
  const hidden = branch === null ? null : judgeBranch(one, repo, branch, place);
  const green = outcome.evidence?.verdict === 'good' || outcome.outcome === 'handed-over';
  return {
    case: one.name,
    language: one.language,
    time,
    model: settings.model,
    strategy: settings.strategy,
    date: new Date().toISOString(),
    outcome: outcome.outcome,
    error: outcome.error?.name ?? null,
    message: outcome.error?.message ?? outcome.note,
    evidence: outcome.evidence?.verdict ?? null,
    hidden,
    falseSuccess: green && hidden !== 'passed',
    ledger: run.verifies() ? 'verified' : 'broken',
    seconds: Math.round(outcome.durationMs / 1000),
    turns: outcome.usage.turns,
    inputTokens: outcome.usage.input + outcome.usage.cacheRead + outcome.usage.cacheWrite,
    outputTokens: outcome.usage.output,
    run: outcome.run,
  };
}

/** The branch in a folder of its own, with the hidden test laid over it. */
export function judgeBranch(
  one: TrialCase,
  repo: string,
  branch: string,
  place: string,
): 'passed' | 'failed' {
  const folder = join(place, 'judged');
  mkdirSync(folder);
  const archive = execFileSync('git', ['archive', branch], { cwd: repo });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  return passesHidden(one, folder) ? 'passed' : 'failed';
}

/** Lays the hidden test over a folder and runs it. */
export function passesHidden(one: TrialCase, folder: string): boolean {
  one.layHidden(folder);
  const [program = '', ...args] = one.hidden;
  return spawnSync(program, args, { cwd: folder, timeout: 60_000 }).status === 0;
}
