import { execFile } from 'node:child_process';

/** Which image sandboxes are made from, and how the engine is asked. */
export interface DockerSettings {
  readonly image: string;
  /** The whole environment of the program `docker`. */
  readonly env: Readonly<Record<string, string>>;
}

/** An engine on this machine and an image, both tried out. */
export interface Docker {
  readonly env: DockerSettings['env'];
  /** The image's id: what its name means may change while a server runs. */
  readonly image: string;
  /** The folder on whose disk containers write. */
  readonly dataRoot: string;
}

/** What `docker` printed; or the first line of its complaint, and whether there is no such program. */
export type Answer =
  | { readonly said: string; readonly fault?: undefined }
  | { readonly fault: string; readonly missing: boolean };

const usualMs = 30_000;
const outputBytes = 4 * 1024 ** 2;

/** Runs `docker` to its end, for at most `timeoutMs`. Never throws. */
export function askDocker(
  { env }: Pick<DockerSettings, 'env'>,
  args: readonly string[],
  timeoutMs = usualMs,
): Promise<Answer> {
  return new Promise((resolve) => {
    const options = {
      env,
      timeout: timeoutMs,
      maxBuffer: outputBytes,
      killSignal: 'SIGKILL',
    } as const;
    const child = execFile('docker', args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ said: stdout.trim() });
      else
        resolve({ fault: complaintOf(error, stderr, timeoutMs), missing: error.code === 'ENOENT' });
    });
    child.stdin?.on('error', () => undefined).end();
  });
}

function complaintOf(
  { message, killed }: { message: string; killed?: boolean | undefined },
  stderr: string,
  timeoutMs: number,
): string {
  if (killed) return `no answer after ${timeoutMs / 1000} s`;
  const line = stderr.split('\n').find((text) => text.trim() !== '' && !/^warning/i.test(text));
  return (line ?? message).trim().slice(0, 300);
}
