import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own. */
export interface Child {
  readonly url: string;
  /** Processor time that it has used so far, user and system, in microseconds. */
  cpu(): Promise<number>;
  end(): Promise<void>;
}

/** Starts a server that `tellParent` is called in. Throws where it ends instead. */
export async function startChild(module: URL, args: readonly string[]): Promise<Child> {
  const child = fork(fileURLToPath(module), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const url = await answer(child);
  return {
    url: String(url),
    cpu: async () => {
      child.send('cpu');
      return Number(await answer(child));
    },
    end: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function answer(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const gone = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`a server ended with ${code}`);
  });
  gone.catch(() => undefined);
  const told = once(child, 'message').then(([message]) => message);
  return Promise.race([told, gone]).finally(() => ended.abort());
}

/** Says in the child where it listens, and from then on what processor time it has used. */
export function tellParent(url: string): void {
  process.send?.(url);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
}
