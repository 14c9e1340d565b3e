import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxOptions } from '../../lib/local/sandbox/options.ts';
import { type Rig, rigOf } from '../local/sandbox/rig.ts';

/** The sandbox's image under a name of these tests: other checkouts on this machine may make theirs meanwhile. */
export const image = 'entropy-sandbox-under-test';
export const root = fileURLToPath(new URL('../../', import.meta.url));
/** The engine that this machine has, as an operator's server asks it. */
export const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

/** Runs `docker` as a second opinion to the code under test. */
export function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', maxBuffer: 1e8 }).trim();
}

/** Containers of a run's sandboxes that are there, running or not. */
export function containers(run: string): string[] {
  const listed = docker('ps', '--all', '--quiet', '--filter', `label=entropy.run=${run}`);
  return listed.split('\n').filter(Boolean);
}

interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** What the engine did since then, in seconds, that it still knows. */
function eventsSince(since: number): EngineEvent[] {
  const until = String(Math.ceil(Date.now() / 1000) + 1);
  const told = docker('events', '--since', `${since}`, '--until', until, '--format', '{{json .}}');
  const lines = told.split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as EngineEvent);
}

const madeFor = (run: string, events: readonly EngineEvent[]) =>
  events.filter(
    ({ Type, Action, Actor }) =>
      Type === 'container' && Action === 'create' && Actor.Attributes['entropy.run'] === run,
  );

/** The stages of a run that containers were made for, gone or not. */
export function stagesOf(run: string, since: number): string[] {
  const made = madeFor(run, eventsSince(since));
  return made.map(({ Actor }) => Actor.Attributes['entropy.stage'] ?? '');
}

/** Volumes that were mounted by a run's containers, whether they are there still or not. */
export function volumesOf(run: string, since: number): string[] {
  const events = eventsSince(since);
  const mine = madeFor(run, events).map(({ Actor }) => Actor.ID);
  return events
    .filter(({ Type, Action }) => Type === 'volume' && Action === 'mount')
    .filter(({ Actor }) => mine.includes(Actor.Attributes.container ?? ''))
    .map(({ Actor }) => Actor.ID);
}

/** An image like the sandbox's, with something of the test's own laid over; its name. */
export function imageWith(lines: readonly string[], files: Record<string, string> = {}): string {
  const name = `entropy-test-${crypto.randomUUID()}`;
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    writeFileSync(join(folder, 'Dockerfile'), [`FROM ${image}`, ...lines, ''].join('\n'));
    docker('build', '--quiet', '--tag', name, folder);
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A rig of the sandbox `docker`: the script is in the place of the image's harness. */
export async function dockerRig(script: string, more: Partial<SandboxOptions> = {}): Promise<Rig> {
  const scripted = imageWith(['COPY harness.mjs /opt/entropy/bin/harness.mjs'], {
    'harness.mjs': script,
  });
  const node = realpathSync(process.execPath);
  const made = await rigOf('', 'docker', {
    docker: { image: scripted, env },
    harness: { node, main: join(root, 'task-image', 'main.ts'), root },
    ...more,
  });
  const remove = async () => {
    docker('rmi', '--force', scripted);
    await made.remove();
  };
  return { ...made, remove };
}
