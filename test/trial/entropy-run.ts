import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LedgerEvent } from '../../lib/domain/ledger.ts';
import type { OutcomeReport } from '../../lib/services/report.ts';
import type { TrialCase } from './cases.ts';

const entropy = fileURLToPath(new URL('../../bin/entropy.ts', import.meta.url));

/** How one run is made, beside its repository and issue. */
export interface RunOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Wall clock of a stage, in milliseconds; ENTROPY_STAGE_MS, where it is set, stands over it. */
  readonly stageMs: number;
  /** Wall clock of the whole run, in milliseconds: it is cancelled then, and killed a minute later. */
  readonly limitMs?: number;
}

/** A run that was made. */
export interface MadeRun {
  readonly repo: string;
  /** Undefined where it ended without a word. */
  readonly outcome: OutcomeReport | undefined;
  /** Standard error. */
  readonly err: string;
  readonly seconds: number;
  /** Its ledger holds, by the product's own check. */
  verifies(): boolean;
  /** Its ledger, oldest first. */
  events(): LedgerEvent[];
}

/** Runs one case with the product's own command, in `place`, a folder that is not there yet. */
export async function entropyRun(
  one: TrialCase,
  place: string,
  options: RunOptions,
): Promise<MadeRun> {
  const [repo, data] = [join(place, 'repo'), join(place, 'data')];
  one.layRepository(repo);
  commitAll(repo);
  const what = ['run', '--repo', repo, '--issue', one.issueFile, '--yes', '--json'];
  const args = [entropy, '--data-dir', data, ...what, '--provider', 'openai-compatible'];
  const env = { ENTROPY_STAGE_MS: String(options.stageMs), ...process.env, ...options.env };
  const began = performance.now();
  const child = spawn(process.execPath, [...args, ...options.args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { out, err } = await saidBy(child, options.limitMs);
  const outcome = outcomeIn(out);
  const audit = (verb: string) => {
    const command = [entropy, '--data-dir', data, 'audit', verb, outcome?.run ?? 'none'];
    return spawnSync(process.execPath, command, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  };
  return {
    repo,
    outcome,
    err,
    seconds: Math.round((performance.now() - began) / 1000),
    verifies: () => audit('verify').status === 0,
    events() {
      const lines = audit('show').stdout.split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LedgerEvent);
    },
  };
}

async function saidBy(child: ChildProcess, limitMs?: number) {
  const said = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said.err += text;
  });
  const timers =
    limitMs === undefined
      ? []
      : [
          setTimeout(() => child.kill('SIGINT'), limitMs),
          setTimeout(() => child.kill('SIGKILL'), limitMs + 60_000),
        ];
  await new Promise((done) => child.once('close', done));
  for (const timer of timers) clearTimeout(timer);
  return said;
}

function outcomeIn(out: string): OutcomeReport | undefined {
  const last = out.trim().split('\n').at(-1) ?? '';
  const told = last === '' ? undefined : (JSON.parse(last) as OutcomeReport & { type?: string });
  return told?.type === 'outcome' ? told : undefined;
}

function commitAll(dir: string): void {
  const who = ['-c', 'user.name=trial', '-c', 'user.email=trial@example.org'];
  const git = (...args: string[]) =>
    execFileSync('git', [...who, ...args], { cwd: dir, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'base');
}
