import { join } from 'node:path';
import { AgentStuck, type DomainError, ModelFailed, StageTimedOut } from '../../domain/errors.ts';
import type { ExecResult } from '../exec.ts';
import type { ToolPlace } from '../tools/tool.ts';
import { replaceUntrusted, untrustedTail } from '../untrusted-file.ts';
import type { CliStart } from './cli.ts';
import type { LifeSign } from './life-sign.ts';
import { lineSplitter } from './line-splitter.ts';

/** How a program's run ended. */
export interface CliEnd {
  readonly result: ExecResult;
  /** Why it was ended before it ended itself. */
  readonly stopped: DomainError | undefined;
  /** The end of what it wrote to standard error. */
  readonly errors: string;
}

/** What is run. */
export interface CliRun {
  readonly program: readonly string[];
  readonly start: CliStart;
  readonly prompt: string;
  readonly place: ToolPlace;
  readonly scratch: string;
  readonly wallMs: number;
  readonly life: LifeSign;
  readonly onLine: (line: string) => void;
}

const keptBytes = 64 * 1024;
const errorTail = 2_000;

/**
 * Runs a program as the sandbox's tools are run: behind the wrapper, in a process group of its own that is ended with
 * it. Throws the stage's own end; what else ended it is told.
 */
export async function runCli(run: CliRun): Promise<CliEnd> {
  const { place, start, life } = run;
  const [prompt, errors] = [join(run.scratch, 'prompt.txt'), join(run.scratch, 'errors.txt')];
  const files = { ...start.files, [prompt]: run.prompt, [errors]: '' };
  for (const [path, text] of Object.entries(files)) await replaceUntrusted(path, text);
  const lines = lineSplitter(run.onLine);
  // Apart from standard error, whose notes would break lines of events.
  const redirect = 'prompt=$1 errors=$2; shift 2; exec "$@" <"$prompt" 2>"$errors"';
  life.begin();
  const result = await place.exec({
    run: ['/bin/sh', '-c', redirect, 'sh', prompt, errors, ...run.program, ...start.args],
    cwd: place.root,
    env: { ...place.env, ...start.env },
    timeoutMs: run.wallMs,
    outputLimit: keptBytes,
    floodLimit: place.floodBytes,
    signal: AbortSignal.any([place.signal, life.over]),
    onOutput: (chunk) => {
      life.seen();
      lines.add(chunk);
    },
  });
  life.end();
  lines.end();
  place.signal.throwIfAborted();
  const said = (await untrustedTail(errors, errorTail)) ?? '';
  return { result, stopped: stopped(run, result), errors: said.trim() };
}

function stopped({ life, wallMs, place }: CliRun, result: ExecResult): DomainError | undefined {
  if (life.over.aborted) return life.over.reason as DomainError;
  if (result.timedOut) return new StageTimedOut(`the engine's time of ${wallMs} ms is over`);
  if (result.flooded) {
    return new AgentStuck(`the engine printed more than ${place.floodBytes} bytes`);
  }
  return undefined;
}

/** An engine that said nothing for too long: the model's fault while it waited for the model. */
export function silent(idleMs: number, waitsForModel: boolean): DomainError {
  const seconds = Math.round(idleMs / 1000);
  return waitsForModel
    ? new ModelFailed(`no word from the model for ${seconds} s`)
    : new AgentStuck(`the engine said nothing for ${seconds} s`);
}
