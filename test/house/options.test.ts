import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Command } from 'commander';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const entry = read('bin/entropy.ts');

/** All commands, each by the part that bin/entropy.ts takes it from. */
async function allCommands(): Promise<readonly Command[]> {
  const program = new Command();
  const parts = [...entry.matchAll(/import\('\.(\/commands\/[\w-]+\.ts)'\)\)\.(\w+)/g)];
  for (const [, path, name = ''] of parts) {
    const part = (await import(new URL(`bin${path}`, root).href)) as Record<
      string,
      (program: Command) => void
    >;
    part[name]?.(program);
  }
  const within = (command: Command): Command[] => [command, ...command.commands.flatMap(within)];
  return within(program);
}

test('every long option of every command is named in docs/', async () => {
  const docs = readdirSync(new URL('docs', root)).map((file) => read(`docs/${file}`));
  const told = new Set(docs.join('\n').match(/--[a-z]+(-[a-z]+)*/g));
  const commands = await allCommands();
  const own = [...entry.matchAll(/^ {2}\.option\('(--[a-z-]+)/gm)].map(([, long]) => long);
  expect(own).toContain('--data-dir');
  expect(commands.map((command) => command.name())).toEqual(
    expect.arrayContaining(['demo', 'run', 'serve', 'verify', 'gc', 'destroy']),
  );
  const untold = commands.flatMap((command) =>
    command.options
      .filter(({ long }) => !told.has(long ?? ''))
      .map(({ long }) => `${command.name()} ${long}`),
  );
  expect([...untold, ...own.filter((long) => !told.has(long ?? ''))]).toEqual([]);
});
