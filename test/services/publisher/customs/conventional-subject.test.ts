import { expect, test } from '@jest/globals';
import {
  areConventional,
  conventionalSubject,
} from '../../../../lib/services/publisher/customs/conventional-subject.ts';

const nothing = { labels: [], paths: ['src/a.ts'] };

test.each([
  ['Keep the sign', nothing, 'fix: keep the sign'],
  ['Add a flag', nothing, 'feat: add a flag'],
  ['fix(parser): keep the sign', nothing, 'fix(parser): keep the sign'],
  ['Keep the sign', { ...nothing, labels: ['enhancement'] }, 'feat: keep the sign'],
  ['Add a missing check', { ...nothing, labels: ['bug'] }, 'fix: add a missing check'],
  ['Explain it', { labels: [], paths: ['docs/a.html', 'README.md'] }, 'docs: explain it'],
  ['Cover it', { labels: [], paths: ['test/a.js', 'src/b.test.ts'] }, 'test: cover it'],
  ['HTTP is spoken', nothing, 'fix: HTTP is spoken'],
  ['note: this', nothing, 'fix: note: this'],
])('%s', (subject, facts, made) => {
  expect(conventionalSubject(subject, facts)).toBe(made);
});

test('a repository is known by its last commits', () => {
  const few = ['fix: a', 'feat(x)!: b', 'chore: c'];
  expect(areConventional(few)).toBe(false);
  expect(areConventional([...few, 'docs: d', 'Initial commit'])).toBe(true);
  expect(areConventional([...few, 'More', 'Even more'])).toBe(false);
});
