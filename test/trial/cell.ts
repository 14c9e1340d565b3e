import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutcomeReport } from '../../lib/services/report.ts';
import type { TrialCase } from './cases.ts';

const entropy = fileURLToPath(new URL('../../bin/entropy.ts', import.meta.url));

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
  const [repo, data] = [join(place, 'repo'), join(place, 'data')];
  one.layRepository(repo);
  commitAll(repo);
  const outcome = await entropyRun(one, repo, data, settings);
  const verified = spawnSync(process.execPath, [
    entropy,
    '--data-dir',
    data,
    'audit',
    'verify',
    outcome.run,
  ]);
  const hidden = outcome.branch === null ? null : judgeBranch(one, repo, outcome.branch, place);
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
    ledger: verified.status === 0 ? 'verified' : 'broken',
    seconds: Math.round(outcome.durationMs / 1000),
    turns: outcome.usage.turns,
    inputTokens: outcome.usage.input + outcome.usage.cacheRead + outcome.usage.cacheWrite,
    outputTokens: outcome.usage.output,
    run: outcome.run,
  };
}

async function entropyRun(
  one: TrialCase,
  repo: string,
  data: string,
  settings: TrialSettings,
): Promise<OutcomeReport> {
  const args = [
    ...['--data-dir', data, 'run', '--repo', repo, '--issue', one.issueFile, '--yes', '--json'],
    ...[
      '--provider',
      'openai-compatible',
      '--base-url',
      settings.baseUrl,
      '--model',
      settings.model,
    ],
    ...['--strategy', settings.strategy, '--sandbox', settings.sandbox],
  ];
  // A small model on a busy machine takes minutes for one reply; what is set outside stands.
  const env = { ENTROPY_STAGE_MS: String(90 * 60_000), ...process.env };
  const child = spawn(process.execPath, [entropy, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  await new Promise((done) => child.once('close', done));
  const last = out.trim().split('\n').at(-1) ?? '';
  const outcome = last === '' ? undefined : (JSON.parse(last) as OutcomeReport & { type?: string });
  if (outcome?.type === 'outcome') return outcome;
  throw new Error(`the run told no outcome:\n${err.slice(-2000)}`);
}

/** The branch in a folder of its own, with the hidden test laid over it. */
function judgeBranch(
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

function commitAll(dir: string): void {
  const who = ['-c', 'user.name=trial', '-c', 'user.email=trial@example.org'];
  const git = (...args: string[]) =>
    execFileSync('git', [...who, ...args], { cwd: dir, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'base');
}
