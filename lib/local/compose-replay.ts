import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AwsPlace, Config } from '../config.ts';
import { NotFound } from '../domain/errors.ts';
import type { IssueSnapshot } from '../domain/forge.ts';
import type { Ports } from '../domain/ports.ts';
import {
  type LocalSandboxKind,
  type ModelChoice,
  type Run,
  type RunSettings,
  runIdOf,
} from '../domain/run.ts';
import { modelRoles, type StageAttempt } from '../domain/stage.ts';
import { modelFor } from '../domain/terms.ts';
import { wiresOfChain } from '../domain/wire.ts';
import { gitRemoteOf } from '../github/remote.ts';
import { ledgerTurns } from '../providers/replay.ts';
import { ledgerWireTurns } from '../providers/wire-replay.ts';
import { cutOffWork } from '../services/lifecycle/cut-off-work.ts';
import { baseOf, evidenceOf, issueOf, lastRoundOf } from '../services/lifecycle/run-facts.ts';
import { composeEmbedded, type Embedded, openStores, runFolder } from './compose.ts';
import { git } from './source/git.ts';
import { mirrorPathOf } from './source/mirror.ts';

/** A replay made ready: the same base and model turns, everything else anew, in a folder of its own. */
export interface Replay {
  readonly embedded: Embedded;
  readonly config: Config;
  readonly run: Omit<Run, 'status' | 'createdAt'>;
  /** Trees of the original's changes, by round from 1. */
  readonly trees: readonly string[];
  close(): Promise<void>;
}

/** Where the run that is replayed is kept, and how its bases are had. */
interface Original extends Pick<Ports, 'runs' | 'stages' | 'ledger'> {
  readonly fetchBases: (target: string, run: Run, refs: BaseRefs) => Promise<void>;
  readonly close: () => void;
}
/** Each base by its commit, and the ref that is to keep it. */
type BaseRefs = readonly (readonly [commit: string, ref: string])[];

const fetchMs = 30 * 60_000;

async function openOriginal(config: Config): Promise<Original> {
  if (config.aws !== undefined) return openThere(config.aws);
  const stores = await openStores(config);
  return {
    ...stores,
    fetchBases: async (target, run, refs) => {
      const mirror = mirrorPathOf(config.dataDir, run.repository);
      const kept = (commit: string) =>
        run.moves ? `refs/bases/${run.id}/${commit}` : `refs/entropy/${run.id}/base`;
      const wanted = refs.map(([commit, ref]) => `${kept(commit)}:${ref}`);
      await git(['--git-dir', target, 'fetch', '--quiet', mirror, ...wanted]);
    },
  };
}

/** Of an account: the bases come from GitHub, with a token that may read them and nothing else. */
async function openThere(place: AwsPlace): Promise<Original> {
  const { openDeployment } = await import('../aws/compose-operator.ts');
  const { runs, stages, ledger, access, close } = await openDeployment(place);
  return {
    ...{ runs, stages, ledger, close },
    fetchBases: async (target, run, refs) => {
      const { url, authorization, release } = await gitRemoteOf(access(), run.repository.name);
      const config = [['http.extraHeader', `Authorization: ${authorization}`]] as const;
      const wanted = refs.map(([commit, ref]) => `${commit}:${ref}`);
      const fetch = ['--git-dir', target, 'fetch', '--quiet', url, ...wanted];
      await git(fetch, { config, timeoutMs: fetchMs }).finally(release);
    },
  };
}

/** Prepares to replay a settled run in sandboxes of the kind. Throws `NotFound` where it is unknown, unfinished or left no change. */
export async function composeReplay(
  config: Config,
  id: string,
  sandbox: LocalSandboxKind,
  log: (line: string) => void,
): Promise<Replay> {
  const original = await openOriginal(config);
  const run = await original.runs.get(id);
  if (run === undefined) throw new NotFound(`no run ${id}; "entropy status" lists them`);
  if (run.status !== 'settled') throw new NotFound(`${id} has not ended yet`);
  if (run.pass !== undefined) {
    throw new NotFound(`${id} took over a change; replay ${run.pass.run}, which made it`);
  }
  const trees = await treesOf(original, id);
  if (trees.length === 0)
    throw new NotFound(`${id} left no verified change, so there is no tree to compare`);
  const dataDir = join(config.dataDir, 'replays', `${id}-${randomBytes(4).toString('hex')}`);
  const repository = { forge: 'local', name: join(dataDir, 'repository.git') } as const;
  await cloneBase(original, repository.name, run);
  const replayId = runIdOf(repository, run.issue, `replay-of-${id}`);
  keepIssue(runFolder(dataDir, replayId), await issueOf(original, run));
  const { aws: _, ...here } = config;
  const replayConfig = { ...here, dataDir };
  const recorded = await recordedOf(original, id);
  const embedded = movingOn(await composeEmbedded(replayConfig, { ...recorded, log }), run);
  return {
    embedded,
    config: replayConfig,
    trees,
    run: {
      id: replayId,
      repository,
      issue: run.issue,
      trigger: { kind: 'cli', id: `replay-of-${id}`, by: 'replay' },
      settings: {
        ...run.settings,
        sandbox,
        ...modelsOf(run),
        replayOf: id,
      },
    },
    close: async () => {
      await embedded.close();
      original.close();
    },
  };
}

/** The same names, and the protocols that those models speak: an engine asks in the first that it has in common with them. */
function modelsOf(run: Run): Pick<RunSettings, 'model' | 'roleModels'> {
  const recorded = (choice: ModelChoice): ModelChoice => ({
    ...{ provider: 'replay', model: choice.model, wires: wiresOfChain(choice) },
  });
  const roles = modelRoles.map((role) => [role, recorded(modelFor(run, role))] as const);
  return { model: recorded(run.settings.model), roleModels: Object.fromEntries(roles) };
}

/** Trees that the rounds of a run came to, as its Evidence names them. */
export async function treesOf(
  ports: Pick<Ports, 'runs' | 'stages' | 'ledger'>,
  run: string,
): Promise<readonly string[]> {
  const rounds = await lastRoundOf(ports, run, 'verifier');
  const trees: string[] = [];
  for (let round = 1; round <= rounds; round++)
    trees.push((await evidenceOf(ports, run, round)).tree);
  return trees;
}

/** All that a replay is given in place of what the model said and machines cut off. */
async function recordedOf(original: Pick<Ports, 'stages' | 'ledger'>, id: string) {
  const { ledger, stages } = original;
  return {
    turns: await ledgerTurns(ledger, id, stages),
    wireTurns: await ledgerWireTurns(ledger, id, stages),
    cutOffOf: cutOffIn(original, id),
  };
}

/** What the original's attempt began from whose handoff was taken: the one that is played again. */
function cutOffIn(original: Pick<Ports, 'stages' | 'ledger'>, run: string) {
  return async ({ role, round }: StageAttempt) => {
    const taken = (await original.stages.list(run)).findLast(
      (stage) => stage.role === role && stage.round === round && stage.handoff !== undefined,
    );
    return taken && cutOffWork(original, taken);
  };
}

/** Every base that the run stood on, the first one first. */
function basesOf(run: Run): readonly string[] {
  const moves = run.moves ?? [];
  return [moves[0]?.from ?? baseOf(run).commit, ...moves.map(({ to }) => to)];
}

/** The branch of the repository that stands for GitHub's in a replay. */
function branchIn(run: Run): string {
  const { branch } = baseOf(run);
  return `refs/heads/${branch === 'HEAD' ? 'main' : branch}`;
}

/** A bare repository that has all bases of the run, and stands on the first. */
async function cloneBase(original: Original, target: string, run: Run): Promise<void> {
  const bases = basesOf(run);
  const branch = branchIn(run);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const at = ['--git-dir', target];
  await git(['init', '--quiet', '--bare', target]);
  const refs = bases.map(
    (commit) => [commit, run.moves ? `refs/bases/${commit}` : branch] as const,
  );
  await original.fetchBases(target, run, refs);
  await git([...at, 'update-ref', branch, bases[0] as string]);
  await git([...at, 'symbolic-ref', 'HEAD', branch]);
}

/** The branch moves on where the original's had: at each look that found it moved, and at no other. */
function movingOn(embedded: Embedded, original: Run): Embedded {
  const { source, runs } = embedded.ports;
  const bases = basesOf(original);
  const latest: Ports['source']['latest'] = async (run) => {
    const moved = (await runs.get(run.id))?.moves?.length ?? 0;
    const next = bases[moved + 1];
    const at = ['--git-dir', run.repository.name];
    if (next !== undefined) await git([...at, 'update-ref', branchIn(original), next]);
    return source.latest(run);
  };
  const ports = { ...embedded.ports, source: { ...source, latest } };
  return { ...embedded, ports, runner: { ...embedded.runner, ports } };
}

function keepIssue(folder: string, issue: IssueSnapshot): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'issue.md'), `# ${issue.title}\n\n${issue.body}\n`);
}
