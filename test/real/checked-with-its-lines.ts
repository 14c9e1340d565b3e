import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parsePolicy } from '../../lib/domain/policy-file.ts';
import { yamlIn } from '../agent/checks/tree-of.ts';
import { type Files, repositoryOf, type VerifyOptions } from '../agent/verify-repository.ts';

/** A repository with a bug that can't be checked as it is. */
export interface Unchecked {
  readonly before: 'unavailable' | 'inconclusive';
  readonly files: Files | ((dir: string) => void);
  /** What mends the bug; a function is called when the repository is made. */
  readonly mended: Files | (() => Files);
  /** What the report must say. */
  readonly says: RegExp;
  /** The test command that it must propose first. */
  readonly test: RegExp;
  readonly options?: VerifyOptions;
}

/** rustup looks for its toolchains in HOME, which is a new one for each tree. */
const env = { RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup') };

/** A test of each: the report says why, and with exactly the lines that it proposes the mended bug is proven by test. */
export function checkedWithItsLines(rows: Readonly<Record<string, Unchecked>>): void {
  test.each(Object.entries(rows))('%s', async (_name, row) => {
    const one = repositoryOf(row.files);
    const mended = typeof row.mended === 'function' ? row.mended() : row.mended;
    const before = await one.verify(mended, { env, ...row.options });
    expect(before.judgement.verdict).toBe(row.before);
    expect(before.judgement.detail).toMatch(row.says);
    const checks = parsePolicy(yamlIn(before.judgement.detail)[0] ?? '').checks;
    expect(checks.test).toMatch(row.test);
    const setup = [checks.setup ?? []].flat();
    const policy = { setup, ...(checks.test === undefined ? {} : { test: checks.test }) };
    const after = await one.verify(mended, { env, checks: { policy } });
    expect(after.judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: false });
    expect(after.evidence.checks).toMatchObject({ source: '.entropy.yml', test: checks.test });
  });
}
