import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { tokenMinter } from '../../lib/github/minter.ts';
import { readWaitingIssues } from '../../lib/github/waiting-issues.ts';

interface Issue {
  readonly number: number;
  readonly updated_at: string;
}

// The playground's clock goes on while issues are made: GitHub's list is given here with times as wanted.
let issues: Issue[] = [];
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const asked = url.searchParams;
  if (url.pathname !== '/repos/o/n/issues') {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  const [size, page] = [Number(asked.get('per_page')), Number(asked.get('page') ?? 1)];
  const found = issues
    .filter(({ updated_at }) => updated_at >= (asked.get('since') ?? ''))
    .sort((a, b) => a.updated_at.localeCompare(b.updated_at) || a.number - b.number);
  const more = found.length > size * page;
  const link = more ? { link: `<${url.href}>; rel="next"` } : {};
  response.writeHead(200, { 'content-type': 'application/json', ...link });
  response.end(JSON.stringify(found.slice(size * (page - 1), size * page)));
});
let apiUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  issues = [];
});

const second = (n: number) =>
  new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString().replace('.000', '');
const add = (from: number, count: number, at: number) => {
  for (let n = from; n < from + count; n += 1) issues.push({ number: n, updated_at: second(at) });
};
const read = (cursor?: string) =>
  readWaitingIssues({ apiUrl, mint: tokenMinter('x') }, 'o/n', cursor);
const numbers = ({ intents }: Awaited<ReturnType<typeof read>>) =>
  intents.map(({ issue }) => issue);

test.each([
  [49, 1],
  [120, 3],
  [330, 7],
])(
  '%i issues changed in one second, and one after them, are all found',
  async (count, readings) => {
    add(1, count, 10);
    add(1000, 1, 11);
    const found = new Set<number>();
    let cursor: string | undefined;
    for (let n = 0; n < readings; n += 1) {
      const waiting = await read(cursor);
      expect(waiting.intents.length).toBeLessThanOrEqual(50);
      for (const issue of numbers(waiting)) found.add(issue);
      cursor = waiting.cursor;
    }
    expect(found.size).toBe(count + 1);
    expect(numbers(await read(cursor))).toEqual([1000]);
  },
);

test('an issue that changes between two readings moves none past them', async () => {
  add(1, 60, 10);
  const first = await read();
  issues = issues.map((one) => (one.number === 1 ? { ...one, updated_at: second(12) } : one));
  const next = await read(first.cursor);
  expect(numbers(next)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 1]);
  add(70, 1, 12);
  expect(numbers(await read(next.cursor))).toEqual([1, 70]);
});

test('a cursor of an earlier version is gone on from', async () => {
  add(1, 3, 10);
  add(4, 2, 20);
  expect(numbers(await read(JSON.stringify({ label: second(20) })))).toEqual([4, 5]);
});
