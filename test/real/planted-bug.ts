import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { VerifyMemory } from '../../lib/agent/verify.ts';
import type { Rule } from '../../lib/domain/verdict.ts';
import {
  type Files,
  repositoryOf,
  type TestRepository,
  type VerifyOptions,
} from '../agent/verify-repository.ts';

/** Where this machine keeps its toolchains for Rust. */
const rustup = { RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup') };

/** A repository that nobody here made, with a bug planted in it that its own tests catch. */
export interface Planted {
  readonly name: string;
  /** Puts the package into a folder. */
  readonly fetch: (dir: string) => void;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  readonly options?: VerifyOptions;
  /** A test that must be among the proof of the right change. */
  readonly proof: string;
  /** By what is wrong with it: the change, without any mending of the bug, and the rule that must name it. */
  readonly wrongs: (read: (path: string) => string) => Record<string, [Files, Rule, RegExp]>;
}

/** The right change is good; each wrong one is not, and its rule is named. */
export function showsTheRule(planted: Planted): void {
  describe(planted.name, () => {
    let repository: TestRepository;
    let original = '';
    // The base is run once, with the right change; the others of the same repository go on from there.
    const memory: VerifyMemory = { runs: new Map(), kept: new Map() };
    const options = { env: rustup, memory, ...planted.options };
    const read = (path: string) => readFileSync(join(repository.dir, path), 'utf8');
    beforeAll(() => {
      repository = repositoryOf((dir) => {
        planted.fetch(dir);
        const path = join(dir, planted.file);
        original = readFileSync(path, 'utf8');
        if (!original.includes(planted.right)) throw new Error(`no such text in ${planted.file}`);
        writeFileSync(path, original.replace(planted.right, planted.wrong));
      });
    });

    test('the right change is handed over with good Evidence', async () => {
      const { judgement } = await repository.verify({ [planted.file]: original }, options);
      expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: false, broken: [] });
      expect(judgement.proof).toContain(planted.proof);
    });

    const names = Object.keys(planted.wrongs(() => ''));
    test.each(names)('%s is never a success', async (name) => {
      const [files, rule, said] = planted.wrongs(read)[name] ?? [{}, 'proven', /never/];
      const { judgement } = await repository.verify(files, options);
      expect(judgement).toMatchObject({ verdict: 'bad', rule });
      expect(judgement.detail).toMatch(said);
    });
  });
}
