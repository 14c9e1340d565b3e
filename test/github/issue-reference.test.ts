import { expect, test } from '@jest/globals';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { issueReference } from '../../lib/github/issue-reference.ts';

const api = 'https://api.github.com';

test.each([
  ['octo/calc#7', api],
  ['https://github.com/octo/calc/issues/7', api],
  ['https://github.com/octo/calc/issues/7/', api],
  ['https://github.com/octo/calc/issues/7?a=b#issuecomment-1', api],
  ['https://git.example.com/octo/calc/issues/7', 'https://git.example.com/api/v3'],
])('%s on %s', (text, apiUrl) => {
  expect(issueReference(text, apiUrl)).toEqual({ repository: 'octo/calc', issue: '7' });
});

test.each([
  ['octo/calc', /"octo\/calc" names no issue; give owner\/repo#7 or https:\/\/github\.com/],
  ['calc#7', /names no issue/],
  ['octo/calc#0', /names no issue/],
  ['octo/../x#1', /names no issue/],
  ['#7', /names no issue/],
  ['https://github.com/octo/calc/pull/7', /octo\/calc#7 is a pull request; name the issue/],
  ['https://github.com/octo/calc', /names no issue/],
  ['https://git.example.com/octo/calc/issues/7', /set ENTROPY_GITHUB_API/],
  ['http://github.com/octo/calc/issues/7', /is not https:\/\/github\.com/],
  ['ftp://github.com/octo/calc/issues/7', /names no issue/],
])('%s is refused, and what works is told', (text, said) => {
  expect(() => issueReference(text, api)).toThrow(ConfigInvalid);
  expect(() => issueReference(text, api)).toThrow(said);
});
