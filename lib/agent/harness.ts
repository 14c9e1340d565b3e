import { chmod, mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, errorNamed, SessionRefused, StageTimedOut } from '../domain/errors.ts';
import { type RoleName, stageLabel } from '../domain/stage.ts';
import { startForwarder } from './forwarder.ts';
import { gatewayClient, redeem } from './gateway-client.ts';
import { heartbeatMs, saysStop, startHeartbeat } from './heartbeat.ts';
import { performStage } from './perform-stage.ts';
import type { SandboxEnvironment } from './tool-environment.ts';
import { touchFilesAs } from './tools-user.ts';

/** What the launcher gives a sandbox. */
export interface HarnessOptions extends SandboxEnvironment {
  /** `https://...`, `http://...` or `unix:/path.sock`. */
  readonly gateway: string;
  /** Good for one session, once. */
  readonly bootCode: string;
  /** Folder for the clone. */
  readonly workspace: string;
  /** `open`: tools have the machine's network; `gateway`: only set-up has one, through the gateway. */
  readonly egress: 'open' | 'gateway';
  /** Aborted when the launcher is gone or asks to stop. Told to the gateway, unless it is the end of the run. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly heartbeatMs?: number;
  readonly now?: () => number;
}

/** Before the gateway stops answering, so that what is done by then and the failure can still be told. */
const marginMs = 15_000;
/** Timers take no longer delay. */
const longestDelayMs = 2 ** 31 - 1;

/**
 * One stage in one sandbox, from boot code to handoff. Gives the process's exit code, which decides
 * nothing: 0 where the stage came to its end or was never ours, 1 where it was cut off.
 */
export async function runHarness(options: HarnessOptions): Promise<number> {
  const unix = options.gateway.startsWith('unix:') ? options.gateway.slice('unix:'.length) : null;
  const forwarder = unix === null ? undefined : await startForwarder(unix);
  try {
    return await runSession(options, forwarder?.url ?? options.gateway);
  } catch (error) {
    options.log(`harness: ${(error as Error).message}`);
    return error instanceof SessionRefused ? 0 : 1;
  } finally {
    forwarder?.close();
  }
}

async function runSession(options: HarnessOptions, url: string): Promise<number> {
  const { proxy } = options;
  const grant = await redeem({ base: url, proxy }, options.bootCode, options.signal);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const gateway = gatewayClient({ base: url, proxy }, grant, signal);
  const stopHeartbeat = startHeartbeat({
    beat: gateway.heartbeat,
    everyMs: options.heartbeatMs ?? heartbeatMs,
    onLost: (reason) => ended.abort(reason),
  });
  const left = Math.min(
    grant.limits.wallMs,
    grant.deadline - (options.now ?? Date.now)() - marginMs,
  );
  const timeUp = () => ended.abort(new StageTimedOut(`the stage's time of ${left} ms is over`));
  const timer = setTimeout(timeUp, Math.min(Math.max(left, 0), longestDelayMs));
  options.log(`harness: stage ${stageLabel(grant.stage)}`);
  try {
    await performStage({
      grant,
      gateway,
      sandbox: options,
      egress: options.egress,
      ...(await foldersFor(options, grant.stage.role)),
      signal,
      log: options.log,
    });
    return 0;
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    options.log(`harness: ${(reason as Error).name}: ${(reason as Error).message}`);
    if (saysStop(reason)) return 1;
    const { name, message } = named(reason);
    await gateway.fail(name, message).catch(() => undefined);
    return options.signal.aborted ? 1 : 0;
  } finally {
    clearTimeout(timer);
    stopHeartbeat();
  }
}

/**
 * The stage's folders. The verifier's clone is to stay out of its tools' reach, so it makes that first; other roles
 * hand all files over to the tools' user at once.
 */
async function foldersFor(options: HarnessOptions, role: RoleName) {
  const { toolsUser, workspace, tmp } = options;
  const touchFilesAsTools = () => {
    if (toolsUser !== undefined) touchFilesAs(toolsUser);
  };
  if (role !== 'verifier') touchFilesAsTools();
  for (const folder of [workspace, options.home]) await mkdir(folder, { recursive: true });
  const scratch = await realpath(await mkdtemp(join(tmp, 'stage-')));
  // The harness's git asks by its real user whether there is a repository.
  if (toolsUser !== undefined) await chmod(scratch, 0o755);
  return { touchFilesAsTools, workspace: await realpath(workspace), scratch };
}

/** What is not the domain's is a sandbox that broke, which a fresh attempt may mend. */
function named(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const { name, message } = error as Error;
  return errorNamed(name, message);
}
