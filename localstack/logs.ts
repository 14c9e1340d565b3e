import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { composeLogs } from './compose.ts';
import { localFolder, readState } from './local-state.ts';
import { eventsSince, groupsOf } from './log-groups.ts';

/**
 * Prints what functions and sandboxes say, and with `--all` the emulator and the playground too, until it is
 * interrupted: `npm run local:logs [-- --all] [-- --once]`.
 */
async function main(all: boolean, once: boolean): Promise<void> {
  const state = readState();
  if (state === undefined) throw new Error('nothing is up: npm run local:up');
  if (all && state.compose) return composeLogs((line) => console.log(line));
  const files = all ? ['emulator.log', 'github.log'].map((name) => join(localFolder, name)) : [];
  const read = new Map(files.map((file) => [file, 0]));
  const told = new Map<string, number>();
  do {
    for (const file of files) read.set(file, follow(file, read.get(file) ?? 0));
    for (const group of await groupsOf(state.endpoint)) {
      const since = told.get(group) ?? 0;
      for (const { timestamp, message } of await eventsSince(state.endpoint, group, since)) {
        told.set(group, timestamp + 1);
        console.log(`${new Date(timestamp).toISOString()} ${group.split('/').at(-1)} ${message}`);
      }
    }
    if (!once) await sleep(1_000);
  } while (!once);
}

/** Prints what a file has got since, and gives how far that is. */
function follow(file: string, from: number): number {
  if (!existsSync(file)) return from;
  const { size } = statSync(file);
  if (size <= from) return size;
  const bytes = Buffer.alloc(size - from);
  const handle = openSync(file, 'r');
  readSync(handle, bytes, 0, bytes.length, from);
  closeSync(handle);
  process.stdout.write(bytes);
  return size;
}

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
  },
});
await main(values.all, values.once);
