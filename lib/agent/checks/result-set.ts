import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { TestResult } from '../../domain/evidence.ts';
import type { RawResult } from './ecosystem.ts';

const limits = { results: 50_000, id: 1000, message: 2000, messages: 200 };

/** Parts of a test's id are joined by this. */
const separator = ' > ';

/**
 * Results with ids that are unique within a run and equal across runs: file, then names; the second of the
 * same name gets `#2`. Paths of the tree are made relative in messages. Sorted by file, so that the order
 * in which files happened to finish does not show.
 */
export function resultSet(raw: readonly RawResult[], tree: string): TestResult[] {
  const seen = new Map<string, number>();
  let messages = 0;
  const sorted = [...raw].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  return sorted.slice(0, limits.results).map((result) => {
    const name = idOf(result);
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    const message = result.status === 'failed' ? relativeText(result.message ?? '', tree) : '';
    if (message !== '') messages += 1;
    return {
      id: nth === 1 ? name : `${name}#${nth}`,
      status: result.status,
      ...(message !== '' && messages <= limits.messages
        ? { message: message.slice(0, limits.message) }
        : {}),
      ...(result.load ? { load: true as const } : {}),
    };
  });
}

function idOf(result: RawResult): string {
  const parts = [result.file, ...result.names].map((part) => printable(part).trim());
  const id = parts.filter((part) => part !== '').join(separator) || '(unnamed)';
  const room = limits.id - 10;
  if (id.length <= room) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 12);
  return `${id.slice(0, room - 16)}…${digest}`;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** Text without the tree's own place, which says nothing and differs between machines, and without colours. */
export function relativeText(text: string, tree: string): string {
  return text
    .replaceAll(`${tree}/`, './')
    .replaceAll(tree, '.')
    .replaceAll(dirname(tree), '..')
    .replace(/\p{Cc}\[[0-9;]*m/gu, '')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim();
}
