import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../../lib/config.ts';
import { openDatabase } from '../../lib/local/store/database.ts';
import { type Collected, collect } from '../../lib/local/upkeep/collect.ts';
import { type DiskUse, diskUse, kinds } from '../../lib/local/upkeep/disk-use.ts';
import { paint, type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { loadHere } from './here.ts';
import { hasRecords } from './records.ts';

interface Options {
  /** Milliseconds. */
  readonly olderThan: number;
  readonly ledgers?: true;
  readonly keepLedgers?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const help = `
Removes what settled runs left: work folders, logs and patches, replays, what mirrors hold for them, and their rows
but for the run itself. Ledgers stay, and "entropy audit verify" goes on to work on them, unless --ledgers is given.
A run whose records are gone can no longer be replayed, retried or let pass. Runs that go on are never touched.

Examples:
  entropy gc --dry-run
  entropy gc --older-than 7d`;

const day = 24 * 3_600_000;

/** `entropy gc`: makes room in the data folder, and tells what it holds. */
export function addGc(program: Command): void {
  program
    .command('gc')
    .description('remove what settled runs left behind, and show what the data folder takes')
    .addOption(
      new Option('--older-than <age>', 'only of runs that ended so long ago: 30d, 12h')
        .argParser(age)
        .default(30 * day, '30d'),
    )
    .addOption(new Option('--keep-ledgers', 'the default').conflicts('ledgers'))
    .option('--ledgers', "also remove these runs' ledgers: the only record of what was done")
    .option('--dry-run', 'only tell what would go')
    .option('--json', 'one JSON object')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      await gc(loadHere(program), options, terminal(options.json ?? false));
    });
}

function age(value: string): number {
  const [, amount, unit] = /^(\d{1,5})(d|h)$/.exec(value) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('Give days or hours: 30d, 12h.');
  return Number(amount) * (unit === 'd' ? day : day / 24);
}

async function gc(config: Config, options: Options, shown: Terminal): Promise<void> {
  const { dataDir } = config;
  const dryRun = options.dryRun ?? false;
  const ledgers = options.ledgers ?? false;
  const now = Date.now();
  if (!hasRecords(config)) {
    const use = await diskUse(dataDir);
    const none = { runs: 0, mirrors: 0, replays: 0, ledgers: 0, deliveries: 0, folderBytes: 0 };
    tell({ ...none, before: use, after: use }, options, shown);
    return;
  }
  const database = openDatabase(dataDir);
  try {
    const before = now - options.olderThan;
    const collected = await collect(database, { dataDir, before, now, ledgers, dryRun });
    tell(collected, options, shown);
  } finally {
    database.close();
  }
}

function tell(
  collected: Collected,
  { dryRun = false }: { dryRun?: boolean },
  shown: Terminal,
): void {
  const { out, json } = shown;
  const { before, after, ...removed } = collected;
  if (json) {
    writeJson(out, { type: 'gc', dryRun, removed, before, after });
    return;
  }
  const parts = [
    [removed.runs, 'run'],
    [removed.mirrors, 'mirror'],
    [removed.replays, 'replay'],
    [removed.ledgers, 'ledger'],
    [removed.deliveries, 'delivery'],
  ] as const;
  const counted = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${plural(word, n)}`);
  const what = counted.join(', ') || 'nothing';
  out.write(
    `${dryRun ? 'would remove' : 'removed'}: ${what} (${size(removed.folderBytes)} in folders)\n`,
  );
  for (const kind of kinds) out.write(`  ${kind.padEnd(10)} ${row(before, after, kind)}\n`);
  const sum = (use: DiskUse) => kinds.reduce((total, kind) => total + use[kind], 0);
  const total = `${size(sum(before))} -> ${size(sum(after))}`;
  out.write(`  ${paint(out, 'bold', 'all'.padEnd(10))} ${total}\n`);
}

function row(before: DiskUse, after: DiskUse, kind: (typeof kinds)[number]): string {
  return before[kind] === after[kind]
    ? size(before[kind])
    : `${size(before[kind])} -> ${size(after[kind])}`;
}

function plural(word: string, n: number): string {
  if (n === 1) return word;
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
