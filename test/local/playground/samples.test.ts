import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../../lib/domain/policy-file.ts';
import {
  demoIssues,
  issueFile,
  issueText,
  sampleFolder,
} from '../../../lib/local/playground/demo-issues.ts';
import { scriptedTurns } from '../../../lib/providers/replay.ts';

interface Call {
  readonly type: string;
  readonly name: string;
  readonly input: { readonly path: string; content: string; old: string; new: string };
}

/** The sample's own command, as its package.json has it, without npm. */
const commands: Record<string, readonly [string, ...string[]]> = {
  'cron-lines': [process.execPath, '--test'],
  'env-shape': [process.execPath, '--test'],
  'keep-backups': ['sh', 'test/run.sh'],
};
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'samples-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function copyOf(sample: string): Promise<string> {
  const tree = await mkdtemp(join(dir, `${sample}-`));
  await cp(sampleFolder(sample), tree, { recursive: true });
  return tree;
}

/** Exit code of the sample's own tests. Jest's NODE_OPTIONS and test context have no place in them. */
async function testsOf(sample: string, tree: string): Promise<number> {
  const [command = '', ...args] = commands[sample] ?? [];
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
  const child = spawn(command, args, { cwd: tree, env, stdio: 'ignore' });
  const [code] = await once(child, 'close');
  return code as number;
}

/** Lays a script's edits over the tree, up to a round. */
async function apply(script: string, tree: string, rounds: number): Promise<void> {
  for (const { role, round, reply } of JSON.parse(issueFile(script)).turns) {
    if (role !== 'coder' || round > rounds) continue;
    for (const { type, name, input } of reply.content as Call[]) {
      if (type !== 'tool_use' || (name !== 'edit' && name !== 'create')) continue;
      const file = join(tree, input.path);
      await mkdir(dirname(file), { recursive: true });
      const before = name === 'edit' ? (await readFile(file, 'utf8')).split(input.old) : [];
      if (name === 'edit') expect([input.path, before.length]).toEqual([input.path, 2]);
      await writeFile(file, name === 'edit' ? before.join(input.new) : input.content);
    }
  }
}

describe.each(Object.keys(commands))('the sample %s', (sample) => {
  test('is green as it stands, and says how it wants its pull requests to end', async () => {
    expect(await testsOf(sample, sampleFolder(sample))).toBe(0);
    const policy = parsePolicy(await readFile(join(sampleFolder(sample), '.entropy.yml'), 'utf8'));
    const ends = demoIssues.filter(({ repository }) => repository === sample);
    const done = new Set(
      ends.map((issue) => issue.ends.outcome).filter((end) => end !== 'refused'),
    );
    const merges = policy.merge === 'merge-when-approved';
    expect([...done]).toEqual([merges ? 'merged' : 'handed-over']);
  });
});

describe.each(demoIssues)('the issue $name', ({ repository, scripts, ends, ...issue }) => {
  test('has a text, and turns that say they are scripted', () => {
    const { title, body } = issueText({ repository, scripts, ends, ...issue });
    expect(title).toMatch(/^\w.{5,100}$/);
    expect(body).not.toBe('');
    for (const script of scripts) scriptedTurns(JSON.parse(issueFile(script)));
    expect(scripts).toHaveLength(issue.answer === undefined ? 1 : 2);
  });

  test('has a change that is green after each round', async () => {
    for (let round = 1; round <= ends.rounds; round++) {
      const tree = await copyOf(repository);
      await apply(scripts.at(-1) ?? '', tree, round);
      expect(await testsOf(repository, tree)).toBe(0);
    }
  });
});

test('nothing lies among the issues that no issue uses', async () => {
  const used = demoIssues.flatMap(({ name, scripts, answer }) => [
    `${name}.md`,
    ...scripts,
    ...(answer === undefined ? [] : [answer]),
  ]);
  expect((await readdir(sampleFolder('issues'))).sort()).toEqual(used.sort());
});
