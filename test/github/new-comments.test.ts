import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readNewComments } from '../../lib/github/new-comments.ts';
import { playgroundWith } from './playground-fixture.ts';

let github: Awaited<ReturnType<typeof playgroundWith>>;
beforeEach(async () => {
  github = await playgroundWith();
});
afterEach(() => github.playground.close());

const say = async (by: string, body: string, number = Number(github.issue)) =>
  (await github.playground.comment({ repository: github.repository, number, by, body })).id;
const edit = (id: number, body: string) => {
  const path = `/repos/${github.repository}/issues/comments/${id}`;
  return github.playground.request('octo', 'PATCH', path, { body });
};
const read = (cursor: string | undefined) =>
  readNewComments(github.access, github.repository, cursor);
const ids = ({ intents }: Awaited<ReturnType<typeof read>>) =>
  intents.map(({ comment }) => comment);
/** A cursor from which all that is said in a test is new, and nothing was seen. */
const past = (ago: number) => {
  const then = new Date(Date.now() - ago).toISOString().replace(/\.\d+Z$/, 'Z');
  return JSON.stringify({ since: then, floor: then, seen: [] });
};

test('what was said before the first reading is the past', async () => {
  await say('maria', '/entropy');
  // GitHub gives times in whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const first = await read(undefined);
  expect(first.intents).toEqual([]);
  const id = await say('maria', '/entropy stop');
  const second = await read(first.cursor);
  expect(second.intents).toEqual([
    {
      ...{ kind: 'comment', repository: github.repository, issue: Number(github.issue) },
      ...{ comment: id, command: true, sender: 'maria' },
    },
  ]);
  expect(ids(await read(second.cursor))).toEqual([]);
  // In the same second, perhaps.
  const next = await say('maria', 'Words.');
  expect(ids(await read(second.cursor))).toEqual([next]);
});

test('bots, our own words and pull requests are left out; an edit makes nothing new', async () => {
  const { playground, forge, issue, repository, base } = github;
  await playground.addAccount('helper[bot]', 'Bot');
  await playground.setCollaborator(repository, 'helper[bot]', 'write');
  const old = await say('maria', 'As it was.');
  const cursor = past(60_000);
  const seen = await read(cursor);
  expect(ids(seen)).toEqual([old]);
  await say('helper[bot]', '/entropy');
  await forge.comment(issue, '/entropy');
  await say('maria', '/entropy <!-- entropy:r-1/comment/status -->');
  await forge.commit({
    ...{ branch: 'entropy/x', parent: base, base, message: 'x' },
    files: [{ path: 'a', mode: '100644', content: 'YQ==' }],
  });
  const pull = { branch: 'entropy/x', base: 'main', title: 'x', body: '', draft: false };
  await say('maria', '/entropy', (await forge.createPullRequest(pull)).number);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await edit(old, '/entropy stop');
  const after = await read(seen.cursor);
  expect(ids(after)).toEqual([]);
  await edit(old, '/entropy run');
  expect(ids(await read(after.cursor))).toEqual([]);
});

test('all pages are read, each comment once, and a long past in parts', async () => {
  const said: number[] = [];
  for (let n = 0; n < 230; n += 1) {
    if (n === 90) await new Promise((resolve) => setTimeout(resolve, 3000));
    said.push(await say('maria', `comment ${n}`));
  }
  const whole = await read(past(60_000));
  expect(ids(whole).sort((a, b) => a - b)).toEqual(said);
  expect(ids(await read(whole.cursor))).toEqual([]);
  const found = new Set<number>();
  let cursor = past(60_000);
  for (let looks = 0; looks < 5; looks += 1) {
    const part = await readNewComments(github.access, github.repository, cursor, 2);
    for (const id of ids(part)) found.add(id);
    cursor = part.cursor;
  }
  expect([...found].sort((a, b) => a - b)).toEqual(said);
});
