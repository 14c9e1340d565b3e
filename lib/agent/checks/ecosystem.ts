import type { TestResult } from '../../domain/evidence.ts';

/** A commit's files, read from git: what a change or a test run left in a folder is not seen. */
export interface TreeView {
  readonly files: readonly string[];
  /** Undefined where there is no such file. */
  read(path: string): Promise<string | undefined>;
}

/** Commands found for a repository. */
export interface Found {
  readonly setup: readonly string[];
  readonly test: string;
}

/** Where a run's results go: a folder outside the tree, new for each run. */
export interface Channel {
  readonly dir: string;
  /** The tree the commands run in. */
  readonly tree: string;
  /** Names of the report files that runners were asked for; what else is there is nobody's report. */
  readonly asked?: Set<string>;
}

/** What is known of a finished command. */
export interface Reported {
  readonly channel: Channel;
  /** Standard output and standard error, in order. */
  readonly output: string;
}

/** One result before ids are made unique: `names` go from the outermost in. */
export interface RawResult {
  readonly file: string;
  readonly names: readonly string[];
  readonly status: TestResult['status'];
  readonly message?: string | undefined;
  /** Stands for a whole file or package that did not compile or load. */
  readonly load?: boolean | undefined;
}

/** A source file's two halves, one of them of another version of it. */
export interface Split {
  /** The base's source with the change's tests. */
  readonly tests: string;
  /** The change's source with the base's tests. */
  readonly source: string;
}

/** One family of tools: how its checks are found, what its tests and definitions are, how it reports. */
export interface Ecosystem {
  readonly name: string;
  /** What `detect` looks for, as a part of a sentence. */
  readonly looksFor: string;
  /** Programs that the commands found start; a missing one is told by name. */
  readonly tools?: readonly string[];
  detect(tree: TreeView): Promise<Found | undefined>;
  isTest(path: string): boolean;
  /** Files that say how tests are chosen, run and judged. */
  isDefinition(path: string): boolean;
  /** The base's definitions in the change's file, where one file holds both; undefined: the base's whole file. */
  mergeDefinition?(path: string, base: string, change: string): string | undefined;
  /** Tests that stand in a source file taken apart from the rest; undefined where there are none. */
  splitTests?(path: string, base: string, change: string): Split | undefined;
  /** Files written into the channel's folder before a run. */
  readonly reporters?: readonly string[];
  /** Programs that stand first on PATH during a run: name and the file among the reporters. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Environment that makes test runners report. */
  env?(channel: Channel): Record<string, string>;
  /** The command with what its runner needs to report. */
  adapt?(command: string, channel: Channel): string;
  /** Results per test, or null where this ecosystem's runners said nothing. */
  read?(reported: Reported): Promise<readonly RawResult[] | null>;
  /** Output in which results were asked for, as a person would see it without. */
  plain?(output: string): string;
  /** How trees of equal dependency lists share what set-up made; without it each is set up anew. */
  readonly sharing?: Sharing;
}

/** What set-up makes, and of what. Beside all of this, the folder for tools outside the tree is shared. */
export interface Sharing {
  /** Files whose content counts. */
  lists(path: string): boolean;
  /** Files of which only the name counts. */
  names?(path: string): boolean;
  /** A list with which set-up may make something of the source. */
  refuses?(path: string, text: string): boolean;
  /** What set-up leaves in the tree and tests need; a folder's name ends with `/`. */
  readonly keeps?: RegExp;
  /** What it leaves and nobody needs. Where it leaves anything else, nothing is shared. */
  readonly drops?: RegExp;
  /** What it fetches goes into the cache that outlives a tree. */
  readonly fillsCache?: true;
}
