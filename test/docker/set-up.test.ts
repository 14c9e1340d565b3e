import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { desk, outcomeOf } from '../bin/command-line.ts';
import { calls, codes, conversation, reviews } from '../bin/scripted-team.ts';
import { git, treeWith } from '../bin/sums.ts';
import { teamOver } from '../bin/team-run.ts';
import { npmPackage } from '../real/packages.ts';
import { image } from './docker-rig.ts';

const at = desk();
afterAll(() => at.remove());

test('set-up installs from a listed registry through the gateway, and the tests that follow run without it', async () => {
  const dir = join(at.root, 'package');
  git('/', 'init', '-q', '-b', 'main', dir);
  npmPackage('semver-compare', '1.0.0')(dir);
  const file = join(dir, 'index.js');
  const original = readFileSync(file, 'utf8');
  const [right, wrong] = ['if (na > nb) return 1;', 'if (na > nb) return -1;'];
  expect(original).toContain(right);
  writeFileSync(file, original.replace(right, wrong));
  git(dir, 'add', '-A', '-f');
  git(dir, 'commit', '-q', '-m', 'base');
  const base = git(dir, 'rev-parse', 'HEAD');
  const plan = {
    ...{ title: 'Mend it', summary: 'A case is wrong.', files: ['index.js'], excerpts: [] },
    ...{ criteria: ['its own tests pass'], testStrategy: 'Its tests fail today.' },
  };
  const reads = conversation('reader', calls(['submit_plan', plan]));
  const turns = [reads, codes({ 'index.js': original }), reviews('approve')];
  const team = await teamOver('anthropic', turns);
  const issue = join(at.root, 'bug.md');
  writeFileSync(issue, '# It is wrong\n\nIts tests fail.\n');
  const args = ['run', '--repo', dir, '--issue', issue, '--sandbox', 'docker', '--yes', '--json'];
  const { HOME = '' } = process.env;
  const env = { ...team.env, HOME, ENTROPY_SANDBOX_IMAGE: image };
  const end = await at.entropy([...args, ...team.args], env);
  await team.close();
  const outcome = outcomeOf(end);
  expect([outcome.outcome, outcome.error, end.err]).toEqual(['handed-over', null, end.err]);
  expect(outcome.evidence).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
  const tree = git(dir, 'rev-parse', `${outcome.branch}^{tree}`);
  expect(tree).toBe(treeWith(dir, base, { 'index.js': original }));
  expect(end.out).toContain('"kind":"egress.opened"');
});
