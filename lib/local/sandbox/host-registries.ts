import { execFile } from 'node:child_process';

/** Commands by which package managers tell where they fetch from; what is not installed is left out. */
const questions: readonly (readonly [string, ...string[]])[] = [
  ['npm', 'config', 'get', 'registry'],
  ['pip', 'config', 'get', 'global.index-url'],
  ['go', 'env', 'GOPROXY'],
];
const timeoutMs = 10_000;

/**
 * Hosts that this machine's own package managers are set to fetch from: what set-up may reach from a
 * closed sandbox, beside what the repository's policy lists.
 */
export async function hostRegistries(host: {
  PATH: string;
  HOME: string;
}): Promise<readonly string[]> {
  const answers = await Promise.all(questions.map((question) => ask(question, host)));
  const hosts = answers.flatMap((text) => text.split(/[\s,|]+/)).flatMap(hostOf);
  return [...new Set(hosts)];
}

function hostOf(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' ? [hostname] : [];
}

function ask([command, ...args]: readonly string[], env: { PATH: string; HOME: string }) {
  return new Promise<string>((resolve) => {
    const options = { env: { PATH: env.PATH, HOME: env.HOME }, timeout: timeoutMs };
    execFile(command ?? '', args, options, (error, stdout) => resolve(error ? '' : stdout));
  });
}
