import { expect, test } from '@jest/globals';
import { nextRepositories } from '../../../lib/services/intake/next-repositories.ts';

/** A place's cursors, and a list in batches of so many names. */
function listOf(total: number, size: number) {
  const kept = new Map<string, string>();
  const asked: (string | undefined)[] = [];
  const cursors = {
    get: async (name: string) => kept.get(name),
    set: async (name: string, value: string) => void kept.set(name, value),
  };
  const batchAfter = async (cursor: string | undefined) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const names = Array.from({ length: Math.max(0, Math.min(size, total - from)) }, (_, n) => {
      return `o/r${from + n}`;
    });
    return from + size < total ? { names, next: String(from + size) } : { names };
  };
  return { asked, look: () => nextRepositories({ cursors }, batchAfter) };
}

test('a short list is looked at whole, each time', async () => {
  const { look, asked } = listOf(3, 100);
  expect(await look()).toEqual(['o/r0', 'o/r1', 'o/r2']);
  expect(await look()).toHaveLength(3);
  expect(asked).toEqual([undefined, undefined]);
});

test('a long one from where the last look ended, and round again; none is left out', async () => {
  const { look } = listOf(250, 60);
  const looks = [await look(), await look(), await look(), await look()];
  expect(looks.map(({ length }) => length)).toEqual([120, 120, 10, 120]);
  expect(new Set(looks.slice(0, 3).flat()).size).toBe(250);
});

test('one look asks for so many batches and no more', async () => {
  const { look, asked } = listOf(1_000, 1);
  expect(await look()).toHaveLength(4);
  expect(asked).toHaveLength(4);
});
