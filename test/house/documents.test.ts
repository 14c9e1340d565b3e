import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { policyJsonSchema } from '../../lib/domain/policy.ts';
import { readPolicy } from '../../lib/domain/policy-file.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const blocks = (path: string) =>
  [...read(path).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
}
const keysOf = ({ properties = {} }: Node): string[] =>
  Object.entries(properties).flatMap(([key, node]) => [key, ...keysOf(node)]);

test('examples of .entropy.yml are valid, and one names every key there is', () => {
  const whole = blocks('docs/configuration.md').find((text) => text.startsWith('version: 1')) ?? '';
  expect(readPolicy(whole)).toHaveProperty('policy');
  for (const key of new Set(keysOf(policyJsonSchema() as Node))) {
    expect(whole).toMatch(new RegExp(`(^|[\\s{])${key}:`, 'm'));
  }
  const [short = ''] = blocks('README.md').filter((text) => text.startsWith('version: 1'));
  expect(readPolicy(short)).toHaveProperty('policy');
});

test('every variable of the environment that is read is told', () => {
  const names = new Set(
    read('lib/config.ts').match(/\b(?:ENTROPY_|ANTHROPIC_|OPENAI_|GITHUB_)[A-Z_]+\b/g),
  );
  const told = read('docs/configuration.md');
  expect(names.size).toBeGreaterThan(10);
  for (const name of names) expect(told).toContain(`\`${name}\``);
});

const placeholder = /@@|\b(?:TODO|TBD|FIXME|XXX)\b/;

test('no document holds what was still to be filled in', () => {
  const root = new URL('../..', import.meta.url).pathname;
  const listed = execFileSync('git', ['ls-files', '-z', '*.md'], { cwd: root, encoding: 'utf8' });
  const documents = listed.split('\0').filter((path) => path !== '');
  expect(documents).toContain('docs/engines.md');
  const found = documents.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, n) => (placeholder.test(line) ? [`${path}:${n + 1}: ${line}`] : [])),
  );
  expect(found).toEqual([]);
});
