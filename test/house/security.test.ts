import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from 'oxc-parser';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);
const read = (path: string) => readFileSync(at(path), 'utf8');
const document = read('docs/security.md');

/** The names of a file's tests: what `test` or `test.each(...)` is called with first. */
function testsIn(path: string): Set<string> {
  const text = read(path);
  const names = new Set<string>();
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    const { type, callee, arguments: given } = node as Record<string, unknown>;
    if (type === 'CallExpression') {
      const { start, end } = callee as { start: number; end: number };
      const [first] = given as { type: string; value?: unknown }[];
      if (/^test\b/.test(text.slice(start, end)) && typeof first?.value === 'string') {
        names.add(first.value);
      }
    }
    for (const member of Object.values(node)) walk(member);
  };
  walk(parseSync(path, text).program);
  return names;
}

/** Every test that the document names, with its file. */
function named(): { file: string; name: string }[] {
  const groups = document.matchAll(/`([\w/-]+\.test\.ts)`: ("[^"|]+"(?:; "[^"|]+")*)/g);
  return [...groups].flatMap(([, file = '', list = '']) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({ file: `test/${file}`, name })),
  );
}

describe('docs/security.md', () => {
  test('names tests that there are', () => {
    expect(named().length).toBeGreaterThan(30);
    const missing = named().filter(
      ({ file, name }) => !existsSync(at(file)) || !testsIn(file).has(name),
    );
    expect(missing).toEqual([]);
    // Whatever stands in quotation marks in a table was looked for.
    const rows = document.split('\n').filter((line) => line.startsWith('|'));
    const quoted = rows.flatMap((row) => row.match(/"[^"]+"/g) ?? []);
    expect(named()).toHaveLength(quoted.length);
  });

  test('has a control for every risk of both lists', () => {
    for (const list of ['ASI', 'LLM']) {
      for (let number = 1; number <= 10; number += 1) {
        const id = `${list}${String(number).padStart(2, '0')}`;
        const rows = document.split('\n').filter((line) => line.startsWith(`| ${id} |`));
        expect([id, rows.length]).toEqual([id, 1]);
        const [, , risk = '', control = ''] = rows[0]?.split('|') ?? [];
        expect(`${risk}${control}`.trim().length).toBeGreaterThan(20);
      }
    }
  });
});

test('docs/threat-model.md names files of tests that there are', () => {
  const files = read('docs/threat-model.md').match(/(?<=`)[\w/-]+\.test\.ts(?=`)/g) ?? [];
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => !existsSync(at(`test/${file}`)))).toEqual([]);
});
