import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { OutcomeReport } from '../../lib/services/report.ts';

const entry = fileURLToPath(new URL('../../bin/entropy.ts', import.meta.url));
/** What is started as a program of its own, as from a shell. */
export const program = fileURLToPath(new URL('../../bin/entropy.js', import.meta.url));

/** How a command ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that goes on. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Standard output so far, in whole lines. */
  output(): string;
  /** Standard error so far. */
  errors(): string;
  /** Waits until the pattern is in what it said on either stream. */
  said(pattern: RegExp): Promise<void>;
}

/** A user's machine: a home and a data folder of their own, and nothing of ours in the environment. */
export interface Desk {
  readonly root: string;
  readonly home: string;
  readonly dataDir: string;
  start(args: readonly string[], env?: Record<string, string>, argv?: readonly string[]): Started;
  entropy(args: readonly string[], env?: Record<string, string>): Promise<Ended>;
  remove(): void;
}

/** Makes a desk. `start` runs `node bin/entropy.ts`, or `argv` where that is given. */
export function desk(): Desk {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'entropy-cli-')));
  const [home, dataDir] = [join(root, 'home'), join(root, 'data')];
  mkdirSync(home);
  const start: Desk['start'] = (args, env = {}, argv = [process.execPath, entry]) => {
    const [command = '', ...first] = argv;
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', HOME: home, ENTROPY_DATA_DIR: dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return watched(child);
  };
  return {
    root,
    home,
    dataDir,
    start,
    entropy: (args, env) => start(args, env).ended,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function watched(child: ChildProcess): Started {
  const said = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said.err += text;
  });
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      over = true;
      resolve({ code, ...said });
    });
  });
  return {
    child,
    ended,
    errors: () => said.err,
    output: () => said.out.slice(0, said.out.lastIndexOf('\n') + 1),
    async said(pattern) {
      while (!pattern.test(said.out) && !pattern.test(said.err)) {
        if (over) throw new Error(`it ended without ${pattern}:\n${said.out}\n${said.err}`);
        await sleep(20);
      }
    },
  };
}

/** Every line of standard output, which must all be JSON objects. */
// biome-ignore lint/suspicious/noExplicitAny: the command's own words, looked into by tests
export function jsonLines({ out }: Pick<Ended, 'out'>): any[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The run that the first event in whole lines of `--json` is about. */
export function runIn(out: string): string {
  const [first] = jsonLines({ out: out.slice(0, out.lastIndexOf('\n') + 1) }).filter(
    ({ type }) => type === 'event',
  );
  if (first === undefined) throw new Error(`no event:\n${out}`);
  return first.run;
}

/** The last line of `--json`. */
export function outcomeOf(ended: Ended): OutcomeReport {
  const last = jsonLines(ended).at(-1);
  if (last?.type !== 'outcome') throw new Error(`no outcome:\n${ended.out}\n${ended.err}`);
  return last;
}

/** Files below a folder that hold the text, whatever else is in them. */
export function filesWith(folder: string, text: string): string[] {
  const needle = Buffer.from(text);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(needle));
}
