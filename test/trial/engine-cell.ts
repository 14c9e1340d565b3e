import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../../lib/domain/engine.ts';
import type { LedgerEvent } from '../../lib/domain/ledger.ts';
import { hungUp } from '../../lib/services/gateway/wire/open-call.ts';
import { agent, programOf } from '../engines/fixtures/words.ts';
import type { TrialCase } from './cases.ts';
import { judgeBranch } from './cell.ts';
import { entropyRun, type MadeRun } from './entropy-run.ts';
import { type SeenAnswer, watchServer } from './watched-server.ts';

/** A way to play every role: an engine, and of the builtin one how it works. */
export const players = [
  'builtin',
  'builtin-rewrite',
  'claude-code',
  'codex',
  'opencode',
  'command',
] as const;
export type Player = (typeof players)[number];

/** How the runs are made. */
export interface EngineTrial {
  readonly baseUrl: string;
  readonly model: string;
  readonly sandbox: 'bubblewrap' | 'process';
  /** Most that a run may take, in milliseconds. */
  readonly limitMs: number;
  /** Repositories and data folders go here. */
  readonly work: string;
}

/** One run by one engine, as it was seen from the server, the gateway and the engine's door. */
export interface EngineCell {
  readonly engine: Player;
  /** Paths of the server that were asked. */
  readonly wires: readonly string[];
  /** `none` where the run ended without naming one. */
  readonly outcome: string;
  /** The error's name, or null. */
  readonly error: string | null;
  readonly message: string | null;
  /** The engine's roles that left a handoff, in order; Verify is no engine's. */
  readonly stages: readonly string[];
  /** Calls that the gateway recorded. */
  readonly calls: number;
  /** Calls that an end of the run, or the engine itself, cut off. */
  readonly givenUp: number;
  /** What of HTTP or a stream went wrong on either side of the gateway, in the words of whoever saw it. */
  readonly protocolErrors: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly seconds: number;
  readonly ledger: 'verified' | 'broken';
  /** The hidden test over the branch; null where there is no branch. */
  readonly hidden: 'passed' | 'failed' | null;
  readonly model: string;
  readonly case: string;
  /** ISO 8601. */
  readonly date: string;
}

/** Has one engine play every role of one small issue, once. */
export async function runEngine(
  player: Player,
  one: TrialCase,
  trial: EngineTrial,
): Promise<EngineCell> {
  const place = join(trial.work, `${player}-${Date.now().toString(36)}`);
  const server = await watchServer(trial.baseUrl);
  const asked = ['--base-url', server.url, '--model', trial.model, '--sandbox', trial.sandbox];
  const run = await entropyRun(one, place, {
    args: [...asked, ...commandLine(player)],
    // So long an engine may be silent, and a minute more: a slow server says nothing while it reads a long prompt.
    env: { ENTROPY_COMMAND_MS: String(trial.limitMs), ...programs(player) },
    stageMs: trial.limitMs,
    limitMs: trial.limitMs,
  });
  await server.close();
  const branch = run.outcome?.branch ?? null;
  return {
    engine: player,
    ...told(run, server.answers),
    hidden: branch === null ? null : judgeBranch(one, run.repo, branch, place),
    seconds: run.seconds,
    model: trial.model,
    case: one.name,
    date: new Date().toISOString(),
  };
}

/** Arguments of `entropy run` that put the engine in every role. */
function commandLine(player: Player): string[] {
  switch (player) {
    case 'builtin':
      return ['--strategy', 'tools'];
    case 'builtin-rewrite':
      return ['--strategy', 'rewrite'];
    case 'claude-code':
      return ['--engine', player, '--wires', 'messages'];
    case 'codex':
      return ['--engine', player, '--wires', 'responses'];
    case 'opencode':
      return ['--engine', player];
    case 'command':
      return ['--engine', player, '--engine-command', smallAgent()];
  }
}

/** The small program of the tests in the command line itself: a sandbox shows no file of ours. Its Node is on the PATH. */
function smallAgent(): string {
  const code = readFileSync(agent, 'utf8').replaceAll("'", "'\\''");
  return `exec node --input-type=module -e '${code}'`;
}

function programs(player: Player): Record<string, string> {
  if (player.startsWith('builtin') || player === 'command') return {};
  return { ENTROPY_ENGINES: `${player}=${programOf(player as EngineName)}` };
}

type Told = Pick<
  EngineCell,
  | 'wires'
  | 'outcome'
  | 'error'
  | 'message'
  | 'stages'
  | 'calls'
  | 'givenUp'
  | 'protocolErrors'
  | 'inputTokens'
  | 'outputTokens'
  | 'ledger'
>;

function told(run: MadeRun, answers: readonly SeenAnswer[]): Told {
  const { outcome } = run;
  const events = run.events();
  const failed = events.filter(({ kind }) => kind === 'model.failed');
  const givenUp = failed.filter(isGivenUp);
  const usage = outcome?.usage;
  return {
    wires: [...new Set(answers.map(({ path }) => path))].sort(),
    outcome: outcome?.outcome ?? 'none',
    error: outcome?.error?.name ?? null,
    message: outcome?.error?.message ?? outcome?.note ?? (outcome ? null : run.err.slice(-500)),
    stages: events
      .filter(({ kind }) => kind === 'handoff.left')
      .map(({ data }) => String(data?.role))
      .filter((role) => role !== 'verifier'),
    calls: events.filter(({ kind }) => kind === 'model.called').length + failed.length,
    givenUp: givenUp.length,
    protocolErrors: [
      ...answers.flatMap(ofServer),
      ...failed.filter((event) => !isGivenUp(event)).map(({ data }) => `gateway: ${data?.message}`),
      ...atDoor(events),
    ],
    inputTokens: usage === undefined ? 0 : usage.input + usage.cacheRead + usage.cacheWrite,
    outputTokens: usage?.output ?? 0,
    ledger: outcome !== undefined && run.verifies() ? 'verified' : 'broken',
  };
}

/** By the gateway's words for it: its client hung up, or the stage was ended while it waited. */
function isGivenUp({ data }: LedgerEvent): boolean {
  return data?.name !== 'ModelFailed' || data.message === hungUp().message;
}

function ofServer({ path, status, said, broken }: SeenAnswer): string[] {
  if (status >= 200 && status < 400 && !broken) return [];
  return [`server: ${path} ${status}${broken ? ' broke off' : ''}${said ? `: ${said}` : ''}`];
}

/** Refusals that no call came of are in no call's event: the engine's door counts them. */
function atDoor(events: readonly LedgerEvent[]): string[] {
  return events
    .filter(({ kind, data }) => kind === 'sandbox.engine.ended' && Number(data?.failedCalls) > 0)
    .map(({ data }) => `door: ${data?.failedCalls} of ${data?.calls} calls refused or broken off`);
}
