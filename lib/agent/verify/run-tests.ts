import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckRun, CommandRun, TestResult } from '../../domain/evidence.ts';
import type { Channel } from '../checks/ecosystem.ts';
import { adaptCommand, ecosystems, readResults, reportingEnv } from '../checks/ecosystems.ts';
import { resultSet } from '../checks/result-set.ts';
import { allSigned, keyFile, readDoubts } from '../checks/results-file.ts';
import type { Bench } from './checkout.ts';
import { type Commands, recordOf, runInTree } from './commands.ts';

const reporterFiles = new URL('../checks/reporters/', import.meta.url);

/** One run of the test command: how it ended, and its results where a runner gave any. */
interface Pass {
  readonly record: CommandRun;
  readonly state: CheckRun['state'];
  readonly tests: TestResult[] | null;
  readonly doubts: readonly string[];
}

/** When failing tests are worth another run, and how many. */
export interface Rerun {
  readonly most: number;
  /** Ids whose failing says nothing new. */
  readonly except: ReadonlySet<string>;
}
/** More failing tests than this are broken, not flaky. */
const flakyAtMost = 20;

/** Runs the tests of the tree as it stands, and failing ones again, to tell flaky from broken. */
export async function runTests(commands: Commands, test: string, rerun: Rerun): Promise<CheckRun> {
  const first = await pass(commands, test);
  const records = [first.record];
  let { tests, state } = first;
  const doubts = new Set(first.doubts);
  for (let again = 0; again < rerun.most && mayRunAgain.has(state); again += 1) {
    if (tests === null || !worthAnother(tests, rerun.except)) break;
    const next = await pass(commands, test);
    records.push(next.record);
    if (next.state === 'incomplete') state = next.state;
    for (const doubt of next.doubts) doubts.add(doubt);
    if (next.tests !== null) tests = mergeRerun(tests, next.tests);
  }
  return { state, commands: records, tests, ...(doubts.size > 0 ? { doubts: [...doubts] } : {}) };
}

const mayRunAgain = new Set<CheckRun['state']>(['completed', 'build-failed']);

function worthAnother(tests: readonly TestResult[], except: ReadonlySet<string>): boolean {
  const failing = tests.filter(({ id, status }) => status === 'failed' && !except.has(id));
  return failing.length > 0 && failing.length <= flakyAtMost;
}

/** A test that failed and then passed is flaky; so are those of a file that loaded only the second time. */
function mergeRerun(before: readonly TestResult[], after: readonly TestResult[]): TestResult[] {
  const later = new Map(after.map((test) => [test.id, test]));
  const had = new Set(before.map((test) => test.id));
  const merged = before.map((test): TestResult => {
    const passed = later.get(test.id)?.status === 'passed';
    return test.status === 'failed' && passed ? { id: test.id, status: 'flaky' } : test;
  });
  const late = after.filter(({ id, status }) => !had.has(id) && status === 'passed');
  return [...merged, ...late.map(({ id }): TestResult => ({ id, status: 'flaky' }))];
}

async function pass(commands: Commands, test: string): Promise<Pass> {
  const { bench } = commands;
  const key = randomBytes(32).toString('hex');
  const channel = await openChannel(bench, key);
  try {
    const env = { ...reportingEnv(channel), PATH: join(channel.dir, 'bin') };
    const ended = await runInTree(commands, adaptCommand(test, channel), env);
    const { result, output } = ended;
    const raw = await readResults({ channel, output });
    const tests = raw === null ? null : resultSet(raw, bench.tree);
    const whole = await allSigned(channel.dir, key);
    const state = whole ? stateOf(result.exitCode, tests) : 'incomplete';
    return {
      record: recordOf(test, ended, bench),
      state: result.timedOut ? 'timed-out' : state,
      tests,
      doubts: await readDoubts(channel.dir),
    };
  } finally {
    await rm(channel.dir, { recursive: true, force: true });
  }
}

/** A run that failed before any test could be run did not compile or load. */
function stateOf(exitCode: number | null, tests: readonly TestResult[] | null): CheckRun['state'] {
  const ran = tests === null || tests.some((test) => !test.load);
  return exitCode !== 0 && !ran ? 'build-failed' : 'completed';
}

/** A folder for results under a name that nothing in the tree can know beforehand. */
async function openChannel(bench: Bench, key: string): Promise<Channel> {
  const dir = join(bench.root, `results-${crypto.randomUUID()}`);
  await mkdir(join(dir, 'bin'), { recursive: true });
  for (const { reporters = [], programs = {} } of ecosystems) {
    for (const name of reporters) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await copyFile(new URL(name, reporterFiles), join(dir, name));
    }
    for (const [program, name] of Object.entries(programs)) {
      await copyFile(new URL(name, reporterFiles), join(dir, 'bin', program));
      await chmod(join(dir, 'bin', program), 0o755);
    }
  }
  await writeFile(join(dir, keyFile), key);
  return { dir, tree: bench.tree, asked: new Set() };
}
