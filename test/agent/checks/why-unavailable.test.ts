import { expect, test } from '@jest/globals';
import { whyUnavailable } from '../../../lib/agent/checks/why-unavailable.ts';
import type { Checks, CommandRun } from '../../../lib/domain/evidence.ts';
import { parsePolicy } from '../../../lib/domain/policy-file.ts';

const checks: Checks = {
  ecosystem: 'cargo',
  source: 'found',
  setup: ['cargo fetch'],
  test: 'cargo test && echo "done: all"',
};
const run = (exitCode: number, outputTail: string): CommandRun => ({
  command: 'cargo fetch',
  exitCode,
  signal: null,
  durationMs: 1,
  timedOut: false,
  outputDigest: '',
  outputTail,
});

test('a missing program is told, with what to install', () => {
  const said = whyUnavailable(
    'Set-up',
    checks,
    run(127, '/bin/bash: line 1: cargo: command not found'),
  );
  expect(said).toContain('`cargo` is not on this machine (cargo needs cargo, rustc): install Rust');
});

test('a command that failed is told with its last words, and no program is blamed', () => {
  const said = whyUnavailable(
    'Set-up',
    checks,
    run(101, 'error: no matching package: x not found'),
  );
  expect(said).toContain(
    'Set-up failed on the base, before any change: `cargo fetch` ended with 101.',
  );
  expect(said).toContain('no matching package');
  expect(said).not.toContain('is not on this machine');
});

test('the lines that would mend it are what was tried, and valid', () => {
  const said = whyUnavailable('Set-up', checks, run(1, ''));
  const yaml = /```yaml\n([\s\S]*?)\n```/.exec(said)?.[1] ?? '';
  expect(parsePolicy(yaml).checks).toEqual({ setup: checks.setup, test: checks.test });
});
