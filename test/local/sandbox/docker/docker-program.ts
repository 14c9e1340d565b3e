import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DockerSettings } from '../../../../lib/local/sandbox/docker/engine.ts';
import { harnessDigest } from '../../../../lib/local/sandbox/docker/harness-digest.ts';

export const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** What stands in for the program `docker` where there is no engine: it keeps its containers as files. */
const program = `
import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
const { CALLS, CONTAINERS, DIGEST, HANGS } = process.env;
const [command, ...args] = process.argv.slice(2);
const text = args.join(' ');
appendFileSync(CALLS, command + '\\n');
const answers = {
  info: () => console.log(JSON.stringify({ OSType: 'linux', DockerRootDir: '/', MemoryLimit: true, PidsLimit: true })),
  image: () => console.log(JSON.stringify({ Id: 'sha256:1', Config: { Labels: { 'entropy.harness': DIGEST } } })),
  ps: () => {
    const id = /entropy\\.sandbox=(\\w+)/.exec(text)[1];
    if (readdirSync(CONTAINERS).includes(id)) console.log(id + ' running');
  },
  rm: () => rmSync(CONTAINERS + '/' + args.at(-1)),
  run: () => {
    writeFileSync(CONTAINERS + '/' + /entropy\\.sandbox=(\\w+)/.exec(text)[1], text);
    if (HANGS) return setTimeout(() => {}, 120_000);
    connect(/source=([^,]+gateway\\.sock)/.exec(text)[1]).setEncoding('utf8').once('data', (greeting) => {
      const seen = { greeting, uid: 10001, bound: '00000000000000c0', noNew: '1', links: [], sealed: true };
      console.log(JSON.stringify(seen));
    });
  },
};
answers[command]();
`;

/** Makes the program in a folder; `hangs`: a container of it runs for two minutes. */
export function dockerProgram(folder: string, hangs = false) {
  const [bin, kept, log] = ['bin', 'containers', 'calls'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const made of [bin, kept]) mkdirSync(made, { recursive: true });
  writeFileSync(join(folder, 'docker.mjs'), program);
  const shell = `#!/bin/sh\nexec '${process.execPath}' '${join(folder, 'docker.mjs')}' "$@"\n`;
  writeFileSync(join(bin, 'docker'), shell);
  chmodSync(join(bin, 'docker'), 0o755);
  const more = hangs ? { HANGS: '1' } : {};
  const env = { PATH: bin, CALLS: log, CONTAINERS: kept, DIGEST: harnessDigest(root), ...more };
  return {
    settings: { image: 'any', env } as DockerSettings,
    containers: () => readdirSync(kept),
    /** The folder of the socket that a container is shown. */
    socketFolder: (id: string) =>
      dirname(/source=([^,]+gateway\.sock)/.exec(readFileSync(join(kept, id), 'utf8'))?.[1] ?? ''),
    calls: (command: string) =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .filter((line) => line === command)
        : [],
  };
}
