import { posix } from 'node:path';
import type { TreeView } from './ecosystem.ts';
import { includesOf, recipesFor } from './make-recipes.ts';
import { scriptText } from './node-scripts.ts';
import { splitCommands, wordsOf } from './shell-words.ts';

const shells = /^(sh|bash|dash|zsh|ksh|source|\.)$/;
const interpreters =
  /^(node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|sh|bash|dash|zsh|ksh|source|\.)$/;
const wrappers =
  /^(npx|cross-env|c8|nyc|exec|env|time|nice|xvfb-run|command|then|do|else|if|!|[({])$/;
const loaded = /^(-r|--require|--import|--loader|-c|--config|--rcfile|--env-file)$/;
const most = { files: 100, depth: 6 };

/**
 * Files of the tree that commands start or load by name, and those that their scripts and Makefiles start
 * in turn: they say how the tests are run, wherever they stand.
 */
export async function namedFiles(
  tree: TreeView,
  commands: readonly string[],
): Promise<Set<string>> {
  const search = new Search(tree);
  for (const command of commands) await search.line(command, '', 0);
  return search.found;
}

class Search {
  readonly found = new Set<string>();
  readonly #tree: TreeView;
  readonly #files: ReadonlySet<string>;

  constructor(tree: TreeView) {
    this.#tree = tree;
    this.#files = new Set(tree.files);
  }

  async line(text: string, from: string, depth: number): Promise<void> {
    if (depth > most.depth || this.found.size > most.files) return;
    let folder = from;
    for (const part of splitCommands(text).flatMap((piece) => piece.split(/[|\n]|&(?!\d)/))) {
      const words = wordsOf(part.replace(/^[\s({]+|[\s)}]+$/g, ''));
      while (words.length > 0 && (/^\w+=/.test(words[0] ?? '') || wrappers.test(words[0] ?? ''))) {
        words.shift();
      }
      const [program = '', ...rest] = words;
      if (program === 'cd') folder = posix.join(folder, rest[0] ?? '');
      else await this.#command(program, rest, folder, depth);
    }
  }

  async #command(program: string, rest: readonly string[], folder: string, depth: number) {
    const name = posix.basename(program);
    rest.forEach((word, at) => {
      const [option = '', value] = word.split('=', 2);
      if (loaded.test(option)) this.#add(value ?? rest[at + 1] ?? '', folder);
    });
    if (name === 'make' || name === 'gmake') return this.#make(rest, folder, depth);
    if (/^(npm|yarn|pnpm)$/.test(name)) return this.#npm(rest, folder, depth);
    if (program.includes('/')) await this.#script(program, folder, depth, true);
    if (!interpreters.test(name)) return;
    for (const [at, word] of rest.entries()) {
      if (word === '-c' && shells.test(name))
        return this.line(rest[at + 1] ?? '', folder, depth + 1);
      if (word === '-m') return this.#module(rest[at + 1] ?? '', folder);
      if (word.startsWith('-')) continue;
      const isValue = (rest[at - 1] ?? '').startsWith('-');
      const is = await this.#script(word, folder, depth, shells.test(name));
      if (is || !isValue) return;
    }
  }

  #add(word: string, folder: string): string | undefined {
    const path = posix.join(folder, word);
    const ends = ['', '.js', '.cjs', '.mjs', '.ts', '/index.js'];
    const found = ends.map((end) => `${path}${end}`).find((one) => this.#files.has(one));
    if (found !== undefined) this.found.add(found);
    return found;
  }

  #module(name: string, folder: string): void {
    const path = name.replaceAll('.', '/');
    for (const end of ['.py', '/__main__.py', '/__init__.py']) this.#add(`${path}${end}`, folder);
  }

  async #script(word: string, folder: string, depth: number, shell: boolean): Promise<boolean> {
    const known = this.found.size;
    const path = this.#add(word, folder);
    if (path === undefined) return false;
    if (this.found.size === known || !shell) return true;
    const text = (await this.#tree.read(path)) ?? '';
    if (/^#!(?!.*\b(ba|da|z|k)?sh\b)/.test(text)) return true;
    // A script's own words for its folder.
    const plain = text.replace(/"?\$(\(dirname "?\$0"?\)|\{0%\/\*\})"?/g, posix.dirname(path));
    for (const line of plain.replace(/\\\n/g, ' ').split('\n').slice(0, 500)) {
      await this.line(line.replace(/(^|\s)#.*$/, ''), folder, depth + 1);
    }
    return true;
  }

  async #make(rest: readonly string[], folder: string, depth: number): Promise<void> {
    const valueAfter = (option: string) => rest[rest.indexOf(option) + 1] ?? '';
    const place = rest.includes('-C') ? posix.join(folder, valueAfter('-C')) : folder;
    const names = rest.includes('-f')
      ? [valueAfter('-f')]
      : ['GNUmakefile', 'makefile', 'Makefile'];
    const file = names.map((name) => this.#add(name, place)).find((one) => one !== undefined);
    if (file === undefined) return;
    let text = (await this.#tree.read(file)) ?? '';
    for (const name of includesOf(text).slice(0, 20)) {
      const included = this.#add(name, place);
      if (included !== undefined) text += `\n${(await this.#tree.read(included)) ?? ''}`;
    }
    const targets = rest.filter(
      (word, at) => !/^-|=/.test(word) && !/^-[Cfj]$/.test(rest[at - 1] ?? ''),
    );
    for (const line of recipesFor(text, targets).slice(0, 500)) {
      await this.line(line, place, depth + 1);
    }
  }

  async #npm(rest: readonly string[], folder: string, depth: number): Promise<void> {
    const words = rest.filter((word) => !word.startsWith('-') && !/^run(-script)?$/.test(word));
    const text = await this.#tree.read(posix.join(folder, 'package.json'));
    const name = words[0] === 't' ? 'test' : words[0];
    if (text === undefined || name === undefined) return;
    const command = scriptText(scriptsOf(text), name);
    if (command !== undefined) await this.line(command, folder, depth + 1);
  }
}

function scriptsOf(text: string): Record<string, string> {
  try {
    const scripts: unknown = JSON.parse(text)?.scripts;
    const pairs = Object.entries(scripts ?? {}).filter((pair) => typeof pair[1] === 'string');
    return Object.fromEntries(pairs) as Record<string, string>;
  } catch {
    return {};
  }
}
