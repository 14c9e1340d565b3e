import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../lib/config.ts';
import { requireEngines } from '../../lib/domain/engine-choice.ts';
import { SandboxUnavailable } from '../../lib/domain/errors.ts';
import { slotPool } from '../../lib/domain/lease.ts';
import { exitCodeOf } from '../../lib/domain/outcome.ts';
import { pauseText } from '../../lib/domain/pause.ts';
import { defaultPolicy } from '../../lib/domain/policy.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { Run, SandboxKind } from '../../lib/domain/run.ts';
import { termsOf } from '../../lib/domain/terms.ts';
import {
  composeEmbedded,
  type Embedded,
  enginePrograms,
  machineOf,
  runFolder,
} from '../../lib/local/compose.ts';
import type { Github } from '../../lib/local/compose-github.ts';
import {
  chooseSandbox,
  type SandboxChoice,
  type SandboxWish,
} from '../../lib/local/sandbox/choose.ts';
import { faultAmong } from '../../lib/local/sandbox/engine-programs.ts';
import { hostRegistries } from '../../lib/local/sandbox/host-registries.ts';
import { probeSandbox } from '../../lib/local/sandbox/probe.ts';
import { startWorker } from '../../lib/local/server/worker.ts';
import { onDisk } from '../../lib/local/storage-errors.ts';
import { cancel } from '../../lib/services/cancel.ts';
import { enqueue } from '../../lib/services/dispatcher.ts';
import { handoffOf, lastRoundOf } from '../../lib/services/lifecycle/run-facts.ts';
import { type OutcomeReport, reportOf } from '../../lib/services/report.ts';
import { follow } from '../output/follow.ts';
import { writeSummary } from '../output/summary.ts';
import { printable, type Terminal } from '../output/terminal.ts';
import type { WishedSettings } from './run-options.ts';

/**
 * Tries out the boundary that is wished for, and gives the one that holds here. Throws `SandboxUnavailable`.
 */
export async function requireSandbox(
  config: Config,
  wish: SandboxWish | SandboxKind,
): Promise<SandboxChoice> {
  if (wish === 'fargate') throw new SandboxUnavailable('this run is one of AWS: it goes on there');
  const machine = machineOf(config);
  return await chooseSandbox(wish, (kind) => probeSandbox(kind, machine));
}

/** Refuses engines of the operator's choice that can't work here or with the model. Throws `ConfigInvalid`. */
export function requireOwnEngines(config: Config, settings: WishedSettings): void {
  if (settings.engines === undefined) return;
  const { models } = termsOf(settings, defaultPolicy);
  requireEngines(settings, defaultPolicy, models, faultAmong(enginePrograms(config)));
}

/** Carries one run out in this process, from the queue to its receipt. Returns the exit code. */
export async function carryOut(
  config: Config,
  run: Omit<Run, 'status' | 'createdAt'>,
  terminal: Terminal,
): Promise<number> {
  return withEmbedded(config, run, terminal, async (embedded) => {
    await enqueue(embedded.ports, run);
    return walkToEnd(embedded, config, run.id, terminal);
  });
}

/** Goes on with a run that an earlier process left unfinished. Returns the exit code. */
export async function resume(config: Config, run: Run, terminal: Terminal): Promise<number> {
  return withEmbedded(config, run, terminal, (embedded) =>
    walkToEnd(embedded, config, run.id, terminal),
  );
}

async function withEmbedded(
  config: Config,
  run: Pick<Run, 'settings' | 'repository'>,
  terminal: Terminal,
  work: (embedded: Embedded) => Promise<number>,
): Promise<number> {
  const log = (line: string) => void terminal.err.write(`${line}\n`);
  const registries = () => hostRegistries(config.host);
  const github = run.repository.forge === 'github' ? { github: await githubOf(config) } : {};
  const embedded = await composeEmbedded(config, { log, registries, ...github });
  try {
    return await work(embedded);
  } finally {
    await embedded.close();
  }
}

/** A run of a local repository need not wait until GitHub's client is loaded. */
async function githubOf(config: Config): Promise<Github> {
  const { composeGithub } = await import('../../lib/local/compose-github.ts');
  return composeGithub(config);
}

/**
 * Walks a stored run to its end while its progress is shown. Throws what keeps it from being walked and from
 * being ended, such as a full disk; then it stays as it is, for `entropy retry` to go on with.
 */
export async function walkToEnd(
  { ports, runner }: Embedded,
  config: Config,
  id: string,
  terminal: Terminal,
): Promise<number> {
  const stuck = new AbortController();
  const worker = startWorker({
    ...runner,
    capacity: config.capacity,
    only: id,
    stuck: (error) => stuck.abort(error),
  });
  const interrupted = onInterrupt(() => cancel(ports, id, 'interrupt'), terminal);
  const silence = setTimeout(() => void tellWait(ports, config, runner, id, terminal), silenceMs);
  try {
    const signal = AbortSignal.any([interrupted.signal, stuck.signal]);
    await follow(ports, id, terminal, { signal });
  } finally {
    clearTimeout(silence);
    interrupted.dispose();
    await worker.stop();
  }
  const run = await ports.runs.get(id);
  if (run?.status !== 'settled') {
    stuck.signal.throwIfAborted();
    return 130;
  }
  const report = await reportOf(ports, run);
  const patch = await keepPatch(ports, config, run);
  writeSummary(report, terminal, patch === undefined ? [] : [['patch', patch]]);
  return exitCode(report);
}

/** A run that has not begun by now waits for others, which is said. */
const silenceMs = 2_000;

async function tellWait(
  { runs, runners, slots, pauses, clock }: Ports,
  { capacity, leaseMs }: Config,
  { instance }: Embedded['runner'],
  id: string,
  { err }: Terminal,
): Promise<void> {
  const now = clock.now();
  const walker = await runners.holder(id, now);
  if (walker !== undefined && walker !== instance) {
    err.write(
      `waits for the process that is at it, at most ${leaseMs / 1000} s if that was killed\n`,
    );
  }
  if ((await runs.get(id))?.status !== 'queued') return;
  const pause = await pauses.get();
  if (pause !== undefined) {
    err.write(`waits for "entropy resume": ${printable(pauseText(pause))}\n`);
    return;
  }
  const holders = (await slots.holders(slotPool, now)).join(', ');
  err.write(`waits for a slot: ENTROPY_CAPACITY is ${capacity}, and there are ${holders}\n`);
}

/** Exit code of a finished run, by the table of ends. */
export function exitCode(report: OutcomeReport): number {
  return report.outcome === 'queued' ? 0 : exitCodeOf(report.outcome, report.error ?? undefined);
}

/** The newest change as a patch beside the run's records, so that no work is lost when a run fails. */
async function keepPatch(ports: Ports, config: Config, run: Run): Promise<string | undefined> {
  const round = await lastRoundOf(ports, run.id, 'coder');
  const change = round === 0 ? undefined : await handoffOf(ports, run.id, 'coder', round);
  if (change?.kind !== 'change-set') return undefined;
  const folder = runFolder(config.dataDir, run.id);
  const file = join(folder, 'change.patch');
  const patch = await ports.source.diff(run.repository, change.base, change.files);
  await onDisk(file, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, patch);
  });
  return file;
}

/** A terminal interrupts every process of its group, and one that started us may pass it on as well. */
const sameInterruptMs = 1_000;

/** First interrupt: the run is cancelled and settles. Second: this process lets go of it. */
function onInterrupt(first: () => Promise<unknown>, terminal: Terminal) {
  const controller = new AbortController();
  let askedAt: number | undefined;
  const handler = () => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt > sameInterruptMs) controller.abort();
      return;
    }
    askedAt = performance.now();
    terminal.err.write('cancelling; once more to leave the run unfinished\n');
    first().catch((error: unknown) => terminal.err.write(`could not cancel: ${String(error)}\n`));
  };
  process.on('SIGINT', handler).on('SIGTERM', handler);
  return {
    signal: controller.signal,
    dispose: () => process.off('SIGINT', handler).off('SIGTERM', handler),
  };
}
