import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a program ended: its exit code, and the end of what it said on both streams. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly said: string;
}

/** Output that is kept, in characters. */
const keptAtMost = 2_000_000;

/** Runs a program to its end; each line that it says is told as it comes. A program that is not there ends with null. */
export async function runProgram(
  [program = '', ...args]: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly onLine?: (line: string) => void;
  },
): Promise<ProgramEnd> {
  const { cwd, env, onLine } = options;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      said = `${said}${line}\n`.slice(-keptAtMost);
      onLine?.(line);
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null)).once('close', resolve);
  });
  return { code, said };
}
