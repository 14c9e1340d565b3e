import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { exec } from '../../lib/agent/exec.ts';
import { type VerifyEvent, type VerifyMemory, verifyChange } from '../../lib/agent/verify.ts';
import type { Evidence } from '../../lib/domain/evidence.ts';
import type { ChangeSet } from '../../lib/domain/handoff.ts';
import { defaultPolicy, type Policy } from '../../lib/domain/policy.ts';
import { defaultLimits } from '../../lib/domain/stage.ts';
import type { CheckSettings } from '../../lib/domain/stage-input.ts';
import { type Judgement, judge } from '../../lib/domain/verdict.ts';

/** Files of a change by path; null deletes. */
export type Files = Record<string, string | null>;

/** A real git repository in a temporary folder, with Verify over it. */
export interface TestRepository {
  readonly dir: string;
  readonly base: string;
  verify(files: Files, options?: VerifyOptions): Promise<Seen>;
}
export interface VerifyOptions {
  readonly checks?: CheckSettings;
  readonly policy?: Policy;
  readonly commandMs?: number;
  /** The same for one command, told by what its tree holds now; where it gives none, `commandMs` counts. */
  readonly commandMsIn?: (tree: string) => number | undefined;
  /** Paths that the change makes executable. */
  readonly programs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What earlier changes of this repository showed. */
  readonly memory?: VerifyMemory;
}
interface Seen {
  readonly evidence: Evidence;
  readonly judgement: Judgement;
  readonly events: readonly VerifyEvent[];
  /** How often set-up opened the registries. */
  readonly setups: number;
}

const quiet = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/** Runs git in a folder, with nobody's configuration. */
export function git(dir: string, ...args: string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...who, ...args], {
    cwd: dir,
    env: { ...process.env, ...quiet },
    encoding: 'utf8',
  }).trim();
}

const made: string[] = [];
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

/** Makes a repository of the files, or of what `fill` puts into the folder. It is removed after the file's tests. */
export function repositoryOf(fill: Files | ((dir: string) => void)): TestRepository {
  const root = mkdtempSync(join(tmpdir(), 'entropy-verify-'));
  made.push(root);
  const dir = join(root, 'repository');
  mkdirSync(dir);
  if (typeof fill === 'function') fill(dir);
  else for (const [path, text] of Object.entries(fill)) put(join(dir, path), text ?? '');
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'add', '-A', '-f');
  git(dir, 'commit', '-q', '-m', 'base');
  const base = git(dir, 'rev-parse', 'HEAD');
  return {
    dir,
    base,
    verify: (files, options = {}) =>
      verifyIn(root, dir, changeOf(base, files, options.programs), options),
  };
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function changeOf(base: string, files: Files, programs: readonly string[] = []): ChangeSet {
  return {
    kind: 'change-set',
    base,
    title: 'Change',
    body: 'Because.',
    files: Object.entries(files).map(([path, text]) => ({
      path,
      mode: programs.includes(path) ? '100755' : '100644',
      content: text === null ? null : Buffer.from(text).toString('base64'),
    })),
  };
}

/** A machine behind an authority of its own says so to package clients, which need it in set-up alone. */
function ownAuthorities(): Record<string, string> {
  const names = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'PIP_CERT'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

async function verifyIn(
  root: string,
  repositoryDir: string,
  change: ChangeSet,
  options: VerifyOptions,
): Promise<Seen> {
  const events: VerifyEvent[] = [];
  let setups = 0;
  const { PATH = '', GOPROXY, GOSUMDB } = process.env;
  const evidence = await verifyChange({
    workspaceRoot: join(root, 'work'),
    repositoryDir,
    base: change.base,
    change,
    checks: options.checks ?? {},
    limits: { ...defaultLimits.verifier, commandMs: options.commandMs ?? 240_000 },
    exec: (request) => {
      const timeoutMs = options.commandMsIn?.(request.cwd) ?? request.timeoutMs;
      return exec({ ...request, timeoutMs });
    },
    env: {
      PATH,
      LANG: 'C.UTF-8',
      ...(GOPROXY ? { GOPROXY } : {}),
      ...(GOSUMDB ? { GOSUMDB } : {}),
      ...options.env,
    },
    setup: {
      begin: async () => {
        setups += 1;
        return ownAuthorities();
      },
      end: async () => {},
    },
    log: (event) => events.push(event),
    ...(options.memory ? { memory: options.memory } : {}),
  });
  return { evidence, judgement: judge(evidence, options.policy ?? defaultPolicy), events, setups };
}
