import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PolicyViolation } from '../domain/errors.ts';
import type { CheckRun, Evidence } from '../domain/evidence.ts';
import type { ChangeSet } from '../domain/handoff.ts';
import type { StageLimits } from '../domain/stage.ts';
import type { CheckSettings } from '../domain/stage-input.ts';
import { type FoundChecks, findChecks } from './checks/find-checks.ts';
import type { Programs } from './checks/mending/programs.ts';
import { obstacleIn } from './checks/mending/reason.ts';
import type { Exec } from './exec.ts';
import { type Bench, benchIn, checkOut, keep, pinChecks } from './verify/checkout.ts';
import type { Commands } from './verify/commands.ts';
import { entriesOf, viewOf } from './verify/git.ts';
import { type Kinds, kindsOf } from './verify/kinds.ts';
import { type Watch, watched } from './verify/laid-files.ts';
import { type Rerun, runTests } from './verify/run-tests.ts';
import { type SetupPhase, setUp } from './verify/set-up.ts';
import { type Plans, planTrees, type RunName } from './verify/trees.ts';

/** What Verify needs. */
export interface VerifyRequest {
  /** An empty folder, or one that Verify worked in before; it uses `checks/` in it. */
  readonly workspaceRoot: string;
  /** A clone with `.git` that has the base; objects are added to it, nothing else is touched. */
  readonly repositoryDir: string;
  /** Tools can write there: git is started there through `wrapper` too, since its configuration may be theirs. */
  readonly repositorySpoiled?: boolean;
  /** Commit that the change is laid over. */
  readonly base: string;
  readonly change: ChangeSet;
  readonly checks: CheckSettings;
  readonly limits: StageLimits;
  readonly exec: Exec;
  /** What git is started through where a repository's own programs have run. */
  readonly wrapper?: readonly string[];
  /** Called once, when all is planned: from then on nothing is written but what tools may write too. */
  readonly beforeTools?: () => void;
  /** The tools' environment, PATH at least; nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Whose programs the commands find; the machine's where it is not given. */
  readonly programs?: Programs;
  readonly setup: SetupPhase;
  readonly log: (event: VerifyEvent) => void;
  readonly signal?: AbortSignal;
  /** What earlier calls saw, where one part judges several changes of one base in one folder. */
  readonly memory?: VerifyMemory;
}

/** Runs by the tree they were made of, and what set-up left for later trees. Made empty, filled by `verifyChange`. */
export interface VerifyMemory {
  readonly runs: Map<string, CheckRun>;
  readonly kept: Map<string, string>;
}

/** One step of Verify, for the log. */
export interface VerifyEvent {
  readonly step: 'found' | 'run' | 'reused';
  readonly run?: RunName;
  readonly state?: CheckRun['state'];
  readonly detail: string;
}

/**
 * Runs the repository's own checks four times and records what was seen; no model has a hand in it. Throws
 * `PolicyViolation` where the change can't be laid over its base. The rule for success is in `verdict.ts`.
 */
export async function verifyChange(request: VerifyRequest): Promise<Evidence> {
  const { base, change } = request;
  const path = request.env.PATH ?? '';
  const root = join(request.workspaceRoot, 'checks');
  const fresh = benchIn(root, {
    ...{ repository: request.repositoryDir, base, path },
    ...{ wrapper: request.wrapper ?? [], spoiled: request.repositorySpoiled ?? false },
  });
  const bench = { ...fresh, kept: request.memory?.kept ?? fresh.kept };
  const { found, kinds, view, ...planned } = await plansFor(request, bench);
  request.beforeTools?.();
  await mkdir(root, { recursive: true });
  const { tree, paths } = planned;
  const evidence = { kind: 'evidence' as const, base: change.base, tree, paths };
  const ground = { tree: view, path, programs: request.programs ?? 'machine' };
  if (found === undefined) {
    const { whyNothingFound } = await report();
    return { ...evidence, checks: null, unavailable: await whyNothingFound(ground) };
  }
  const { checks } = found;
  request.log({ step: 'found', detail: `${checks.ecosystem}: ${checks.test}` });
  const runs = await fourRuns(request, bench, found, planned, kinds);
  const obstacle = obstacleIn(runs.base);
  if (obstacle === undefined) return { ...evidence, checks, runs: comparable(runs) };
  const { whyUnavailable } = await report();
  const why = await whyUnavailable(ground, checks, runs.base, obstacle);
  if (isStopped(runs.base)) return { ...evidence, checks, unavailable: why };
  return { ...evidence, checks, advice: why, runs: comparable(runs) };
}

/** It brings the reader of `.entropy.yml`, which a repository that can be checked does without. */
const report = () => import('./checks/why-unavailable.ts');

async function plansFor({ base, change, checks }: VerifyRequest, bench: Bench) {
  if (change.base !== base) {
    throw new PolicyViolation(`the change is for ${change.base}, not for ${base}`);
  }
  try {
    const git = bench.inRepository;
    const entries = await entriesOf(git, base);
    const view = viewOf(git, entries);
    const found = await findChecks(view, checks);
    const kinds = await kindsOf(view, found?.checks);
    return { found, kinds, view, ...(await planTrees(git, change, entries, kinds)) };
  } catch (error) {
    if (error instanceof PolicyViolation) throw error;
    const why = (error as Error).message;
    throw new PolicyViolation(`the change can't be laid over its base: ${why}`, { cause: error });
  }
}

type Runs = Record<RunName, CheckRun>;

/** Equal trees are run once. The base goes first: nothing of the change has run before it. */
async function fourRuns(
  request: VerifyRequest,
  bench: Bench,
  found: FoundChecks,
  { plans, paths }: Plans,
  kinds: Kinds,
): Promise<Runs> {
  const { exec, limits, env, signal } = request;
  const commands: Commands = { exec, bench, limits, env, signal };
  const done = request.memory?.runs ?? new Map<string, CheckRun>();
  const first = !done.has(plans.base);
  const run = async (name: RunName, rerun: Rerun): Promise<CheckRun> => {
    const plan = plans[name];
    const before = done.get(plan);
    const watch: Watch = { kinds, paths: [...paths.source, ...paths.tests, ...paths.definitions] };
    const result = before ?? (await oneRun(commands, request.setup, found, plan, watch, rerun));
    done.set(plan, result);
    const detail = `${name}: ${result.tests?.length ?? 'no'} results per test`;
    request.log({ step: before ? 'reused' : 'run', run: name, state: result.state, detail });
    return result;
  };
  const none = new Set<string>();
  const base = await run('base', { most: 1, except: none });
  if (isStopped(base)) {
    return { base, change: base, testsOnly: base, baseTests: base };
  }
  if (first) await keep(bench, 'cache', bench.cache);
  const known = new Set(base.tests?.filter((t) => t.status === 'failed').map((t) => t.id));
  const testsOnly = await run('testsOnly', { most: 1, except: none });
  const change = await run('change', { most: 2, except: known });
  const baseTests = await run('baseTests', { most: 2, except: known });
  return { base, change, testsOnly, baseTests };
}

async function oneRun(
  commands: Commands,
  phase: SetupPhase,
  found: FoundChecks,
  plan: string,
  watch: Watch,
  rerun: Rerun,
): Promise<CheckRun> {
  await checkOut(commands.bench, plan);
  const { ok, ran } = await setUp(commands, phase, found, plan);
  if (!ok) return { state: 'setup-failed', commands: ran, tests: null };
  await pinChecks(commands.bench, plan, watch.kinds);
  const run = await watched(commands.bench, plan, watch, () =>
    runTests(commands, found.checks.test, rerun),
  );
  return { ...run, commands: [...ran, ...run.commands].slice(-20) };
}

/** Where one of the runs gave results per test, a run that gave none ran no test. */
function comparable(runs: Runs): Runs {
  if (Object.values(runs).every((run) => run.tests === null)) return runs;
  const filled = Object.entries(runs).map(([name, run]) => {
    if (run.tests !== null || run.state === 'setup-failed') return [name, run];
    if (run.state === 'incomplete') return [name, { ...run, tests: [] }];
    const failed = run.state === 'completed' && run.commands.at(-1)?.exitCode !== 0;
    return [name, { ...run, state: failed ? 'build-failed' : run.state, tests: [] }];
  });
  return Object.fromEntries(filled);
}

/** Whether the checks could not be run on the base at all: what comes of the change would say nothing. */
function isStopped({ state, tests, commands }: CheckRun): boolean {
  // A shell's word for a program that is not there.
  return state === 'setup-failed' || (tests === null && commands.at(-1)?.exitCode === 127);
}
