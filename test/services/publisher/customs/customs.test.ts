import { afterEach, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../../lib/domain/policy.ts';
import { sourceMirror } from '../../../../lib/local/source/mirror.ts';
import { customsOf } from '../../../../lib/services/publisher/customs/customs.ts';
import { finish } from '../../../../lib/services/publisher/finish.ts';
import { publishChange } from '../../../../lib/services/publisher/publish-change.ts';
import { freshFolder, inRepository, repositoryOf } from '../../../local/source/git-fixture.ts';
import { onPlayground, roundOf } from '../whole-run.ts';

async function customsAt(files: Record<string, string>, policy = {}, subjects: string[] = []) {
  const path = repositoryOf({ 'a.txt': '1\n', ...files });
  for (const subject of subjects) {
    inRepository(path, 'commit', '-q', '--allow-empty', '-m', subject);
  }
  const repository = { forge: 'local' as const, name: path };
  const source = sourceMirror({ dataDir: freshFolder() });
  const { commit } = await source.pin({ id: 'r-1', repository });
  const commits = { ...defaultPolicy.commits, ...policy };
  return customsOf(source, { repository }, commit, { ...defaultPolicy, commits }, ['src/a.js']);
}

test('a repository with no customs has none', async () => {
  expect(await customsAt({})).toEqual({ signOff: false, conventional: false, owners: [] });
});

test.each([
  ['.github/dco.yml', ''],
  ['CONTRIBUTING.md', 'Every commit needs a Signed-off-by line.'],
  ['.github/CONTRIBUTING.rst', 'We use the DCO.'],
  ['docs/contributing.md', 'See the Developer Certificate of Origin.'],
])('%s asks for a sign-off', async (path, text) => {
  expect(await customsAt({ [path]: text })).toMatchObject({ signOff: true });
  expect(await customsAt({ [path]: text }, { signOff: 'never' })).toMatchObject({ signOff: false });
});

test('policy asks for what nothing else tells of', async () => {
  const asked = { signOff: 'always', convention: 'conventional' };
  expect(await customsAt({}, asked)).toMatchObject({ signOff: true, conventional: true });
  const plain = await customsAt({ 'commitlint.config.js': '' }, { convention: 'plain' });
  expect(plain.conventional).toBe(false);
});

test('the form of commits is told by commitlint or by the last commits', async () => {
  expect((await customsAt({ '.commitlintrc.json': '{}' })).conventional).toBe(true);
  const subjects = ['fix: a', 'feat: b', 'docs(x): c', 'chore: d'];
  expect((await customsAt({}, {}, subjects)).conventional).toBe(true);
});

test.each([
  '.github/PULL_REQUEST_TEMPLATE.md',
  'pull_request_template.md',
  'docs/Pull_Request_Template.md',
])('a template in %s', async (path) => {
  expect((await customsAt({ [path]: '## What\n' })).template).toBe('## What\n');
});

let on: Awaited<ReturnType<typeof onPlayground>>;
afterEach(() => on?.close());

test('all of them together, on GitHub', async () => {
  on = await onPlayground({
    files: {
      'sum.js': 'export const sum = (a, b) => a - b;\n',
      '.github/pull_request_template.md': '## Why\n\n## Testing\n\n- [ ] reviewed by a person\n',
      '.github/dco.yml': 'require:\n  members: false\n',
      '.github/CODEOWNERS': '* @maria @nobody\nsum.js @maria @org/team @stranger ada@example.org\n',
      '.commitlintrc.yml': 'extends: [config-conventional]\n',
    },
  });
  const { commit, branch, pullRequest } = await publishChange(
    on.ports,
    await on.run(),
    await roundOf(on, 1),
  );
  const pull = (await on.get(`/pulls/${pullRequest.number}`)) as { title: string; body: string };
  expect(pull.title).toBe('feat: add in sum');
  expect(pull.body).toMatch(/^## Why\n\n> sum subtracts\./);
  expect(pull.body).toMatch(/## Testing\n\nSeen by the harness[\s\S]*- \[ \] reviewed by a person/);
  expect(pull.body).toContain('`@maria`, `@org/team`, `@stranger`, `ada@example.org`');
  expect(pull.body).toContain('Closes #1');
  const made = (await on.get(`/git/commits/${commit}`)) as {
    message: string;
    author: { name: string; email: string };
    verification: { verified: boolean };
  };
  const { name, email } = made.author;
  expect(made.message).toMatch(/^feat: add in sum\n\nsum subtracts\./);
  expect(made.message.trim().endsWith(`Signed-off-by: ${name} <${email}>`)).toBe(true);
  expect(name).toBe('entropy[bot]');
  expect(made.verification.verified).toBe(true);
  expect(branch).toMatch(/^entropy\//);
  const owners = ['@maria', '@org/team', '@stranger', 'ada@example.org'];
  const run = { ...(await on.run()), commit };
  await finish(on.ports, run, { merge: false, head: commit, owners });
  const asked = (await on.get(`/pulls/${pullRequest.number}`)) as {
    requested_reviewers: { login: string }[];
  };
  expect(asked.requested_reviewers.map(({ login }) => login)).toEqual(['maria', 'stranger']);
  const effects = await on.ports.effects.list(run.id);
  expect(effects.find(({ kind }) => kind === 'reviewers')?.receipt).toEqual({
    asked: ['@maria', '@stranger'],
  });
});
