import { expect, test } from '@jest/globals';
import { redact, redactJson } from '../../lib/domain/redact.ts';

// Put together here, so that no scanner takes this file for a leak.
const secrets = [
  `ghp_${'a1'.repeat(18)}`,
  `ghs_${'b2'.repeat(18)}`,
  `github_pat_${'c'.repeat(60)}`,
  `AKIA${'A1B2'.repeat(4)}`,
  `sk-ant-api03-${'d'.repeat(40)}`,
  `sk-proj-${'e'.repeat(40)}`,
  `xoxb-${'1'.repeat(20)}`,
  `npm_${'f'.repeat(36)}`,
  `ghs_12345_eyJ${'h'.repeat(20)}.eyJ${'i'.repeat(200)}.${'j-_'.repeat(20)}`,
  `ABSK${'a1B+'.repeat(20)}`,
  `aws_secret_access_key = ${'aB3/'.repeat(10)}`,
  `sk-or-v1-${'0f'.repeat(32)}`,
  `hf_${'aB3d'.repeat(9)}`,
  `SG.${'a'.repeat(22)}.${'b'.repeat(43)}`,
  `entropy_session_${'c-_D'.repeat(10)}xyz`,
  `entropy_boot_${'e'.repeat(32)}`,
  `eyJ${'h'.repeat(20)}.eyJ${'i'.repeat(20)}.${'j'.repeat(20)}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${'k'.repeat(64)}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----\n${'l'.repeat(64)}`,
];

test.each(secrets)('takes out %s', (secret) => {
  expect(redact(`before ${secret}`)).toEqual({ value: 'before [redacted]', count: 1 });
});

test.each([
  'const sk-learn = require("sk-learn")',
  'sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  'ghp_short',
  'hf_snake_case_names_may_be_quite_long_indeed',
  'the entropy_session_table of the store',
  '-----BEGIN PUBLIC KEY-----',
])('leaves %s alone', (text) => {
  expect(redact(text)).toEqual({ value: text, count: 0 });
});

test('takes out what is known to be secret', () => {
  expect(redact('the hunter-22-key is here', ['hunter-22-key', '']).value).toBe(
    'the [redacted] is here',
  );
});

test('goes through a whole JSON value', () => {
  const value = { a: [`x ${secrets[0]}`, 1, null], b: { c: true } };
  expect(redactJson(value)).toEqual({
    value: { a: ['x [redacted]', 1, null], b: { c: true } },
    count: 1,
  });
});
