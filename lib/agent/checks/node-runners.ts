import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Channel, RawResult, Reported } from './ecosystem.ts';
import { readResultFiles, resultText } from './results-file.ts';
import { programOf, quoted, splitCommands } from './shell-words.ts';
import { readMocha, readSuites } from './suite-json.ts';
import { parseTap } from './tap.ts';

/** Options that make a runner report, by its program's name; `file` is the report's place. */
const options: Record<string, (file: string) => string> = {
  jest: (file) => `--json --outputFile=${file}`,
  vitest: (file) => `--reporter=default --reporter=json --outputFile=${file}`,
  mocha: (file) => `--reporter json --reporter-option output=${file}`,
  _mocha: (file) => `--reporter json --reporter-option output=${file}`,
  ava: () => '--tap',
  tap: () => '--reporter=tap',
};
const tapPrinter = /\|\s*((?:npx\s+)?(?:tap-[\w-]+|faucet|colortape|tap-spec)\b)/g;
const ownReporter = /\s--test-reporter(-destination)?[= ]("[^"]*"|'[^']*'|\S+)/g;

/**
 * The command with options that make its runners report. A chain (`lint && mocha`) is gone through part by
 * part; a printer that eats TAP is given a copy of it.
 */
export function adaptNodeCommand(command: string, channel: Channel): string {
  let count = 0;
  const place = (name: string) => {
    count += 1;
    const file = `${name.replace('_', '')}-${count}.json`;
    channel.asked?.add(file);
    return quoted(join(channel.dir, file));
  };
  return splitCommands(command)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const plain = part.replace(ownReporter, '');
      const tap = join(channel.dir, 'piped.tap');
      const piped = plain.replace(
        tapPrinter,
        (_, printer) => `| tee -a ${quoted(tap)} | ${printer}`,
      );
      const program = programOf(plain);
      const add = options[program];
      return add === undefined || piped.includes('|') ? piped : insert(piped, add(place(program)));
    })
    .join('');
}

/** Before a closing bracket and before redirections, which end a command. */
function insert(part: string, extra: string): string {
  const end = /(\s*\)+)?\s*$/.exec(part);
  const at = end?.index ?? part.length;
  return `${part.slice(0, at)} ${extra}${part.slice(at)}`;
}

/** What node:test, jest, vitest and mocha left in files. */
export async function readNodeRunners({ channel }: Reported): Promise<RawResult[] | null> {
  const { dir, tree } = channel;
  const results: RawResult[] = [];
  let spoke = false;
  const take = (found: readonly RawResult[] | null) => {
    if (found === null) return;
    spoke = true;
    results.push(...found);
  };
  take(await readResultFiles(dir, 'node-'));
  for (const name of (await readdir(dir)).sort()) {
    const read = readerOf(name, channel);
    const text = read === null ? undefined : await resultText(join(dir, name));
    if (read !== null && text !== undefined) take(read(text, tree));
  }
  return spoke ? results : null;
}

function readerOf(name: string, { asked }: Channel) {
  if (name === 'piped.tap') return parseTap;
  if (asked !== undefined && !asked.has(name)) return null;
  if (/^mocha-/.test(name)) return readMocha;
  return /^(jest|vitest)-/.test(name) ? readSuites : null;
}
