import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Rule } from '../../lib/domain/verdict.ts';
import {
  type Files,
  repositoryOf,
  type TestRepository,
  type VerifyOptions,
} from '../agent/verify-repository.ts';

/** Fetched packages outlive a run of the tests. */
const cache = join(tmpdir(), 'entropy-real-packages');

/** What a case need not compile again, beside the first, which does: Go's own library. */
const compiled = { GOCACHE: join(cache, 'go-build') };
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
    afterAll(() => repository.remove());

    test('the right change is handed over with good Evidence', async () => {
      const { judgement } = await repository.verify(
        { [planted.file]: original },
        { env: rustup, ...planted.options },
      );
      expect(judgement).toMatchObject({ verdict: 'good', rule: 'proven', weak: false, broken: [] });
      expect(judgement.proof).toContain(planted.proof);
    });

    const names = Object.keys(planted.wrongs(() => ''));
    test.each(names)('%s is never a success', async (name) => {
      const [files, rule, said] = planted.wrongs(read)[name] ?? [{}, 'proven', /never/];
      const { judgement } = await repository.verify(files, {
        env: { ...rustup, ...compiled },
        ...planted.options,
      });
      expect(judgement).toMatchObject({ verdict: 'bad', rule });
      expect(judgement.detail).toMatch(said);
    });
  });
}

/** An npm package, by name and exact version. */
export function npmPackage(name: string, version: string): (dir: string) => void {
  return archive(`${name.replace('/', '-')}-${version}.tgz`, (to) => {
    const said = run('npm', ['pack', '--json', '--pack-destination', to, `${name}@${version}`]);
    return JSON.parse(said)[0].filename;
  });
}

/** A source distribution of a Python package. */
export function sdist(name: string, version: string): (dir: string) => void {
  return archive(`${name}-${version}.tar.gz`, (to) => {
    const options = ['--no-binary', ':all:', '--no-deps', '--quiet', '--dest', to];
    run('python3', ['-m', 'pip', 'download', ...options, `${name}==${version}`]);
    return `${name}-${version}.tar.gz`;
  });
}

function archive(name: string, fetch: (to: string) => string): (dir: string) => void {
  return (dir) => {
    const kept = join(cache, name);
    if (!existsSync(kept)) {
      const to = join(cache, `part-${crypto.randomUUID()}`);
      mkdirSync(to, { recursive: true });
      renameSync(join(to, fetch(to)), kept);
    }
    run('tar', ['xzf', kept, '--strip-components=1', '-C', dir]);
  };
}

/** A crate, as cargo unpacks it. */
export function crate(name: string, version: string): (dir: string) => void {
  return (dir) => {
    const from = join(cache, 'crates', `${name}-${version}`);
    mkdirSync(join(from, 'src'), { recursive: true });
    writeFileSync(join(from, 'src/lib.rs'), '');
    const wants = `[dependencies]\n${name} = "=${version}"\n`;
    writeFileSync(
      join(from, 'Cargo.toml'),
      `[package]\nname = "wants"\nversion = "0.0.0"\n${wants}`,
    );
    run('cargo', ['fetch', '--quiet', '--manifest-path', join(from, 'Cargo.toml')]);
    const said = run('cargo', [
      ...['metadata', '--offline', '--format-version', '1'],
      ...['--manifest-path', join(from, 'Cargo.toml')],
    ]);
    const packages: { name: string; manifest_path: string }[] = JSON.parse(said).packages;
    const found = packages.find((one) => one.name === name);
    cpSync(dirname(found?.manifest_path ?? ''), dir, { recursive: true });
    run('chmod', ['-R', 'u+w', dir]);
  };
}

/** A Go module, from the module cache, where all files are read-only. */
export function goModule(path: string, version: string): (dir: string) => void {
  return (dir) => {
    const said = run('go', ['mod', 'download', '-json', `${path}@${version}`]);
    cpSync(JSON.parse(said).Dir, dir, { recursive: true });
    run('chmod', ['-R', 'u+w', dir]);
  };
}

function run(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', cwd: tmpdir(), stdio: 'pipe' });
}
