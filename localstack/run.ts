import { spawn } from 'node:child_process';

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is told each line of output as it comes. */
  readonly log?: (line: string) => void;
}

/** Output that is kept for an error's message. */
const toldAtMost = 2_000;

/** Runs a program to its end and gives its standard output. Throws with the end of what it said. */
export async function run(
  command: readonly string[],
  { cwd, env, log }: RunOptions = {},
): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      if (stream === child.stdout) output += chunk;
      said = `${said}${chunk}`.slice(-toldAtMost);
      for (const line of chunk.split('\n')) if (line.trim() !== '') log?.(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')} ended with ${code}:\n${said}`);
  return output;
}

/** Whether a program runs to its end without fault. */
export async function works(command: readonly string[]): Promise<boolean> {
  return run(command).then(
    () => true,
    () => false,
  );
}
