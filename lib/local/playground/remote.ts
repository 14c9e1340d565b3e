import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ControlName, controlNames, type PlaygroundControls } from './controls.ts';
import {
  addressOf,
  controlFileName,
  type Playground,
  type PlaygroundAddress,
} from './playground.ts';

/** A playground in another process: the same controls, each a request. */
export type RemotePlayground = PlaygroundAddress & PlaygroundControls;

/** Connects to the playground that runs on a data folder. Throws where none has ever run there. */
export async function connectPlayground(dataDir: string): Promise<RemotePlayground> {
  const { url, app, token } = JSON.parse(await readFile(join(dataDir, controlFileName), 'utf8'));
  const call = async (name: ControlName, args: readonly unknown[]): Promise<unknown> => {
    const answer = await fetch(`${url}/_playground/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(args),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error((body as { message: string }).message);
    return body;
  };
  const controls = Object.fromEntries(
    controlNames.map((name) => [name, (...args: unknown[]) => call(name, args)]),
  );
  return {
    ...addressOf(Number(new URL(url).port), app),
    ...(controls as unknown as PlaygroundControls),
  };
}

/**
 * Starts a playground as a process of its own, which ends with this one or by `close`.
 * `publicKeyFile` is the App's public key, PEM; `deliveryMs` is as in `PlaygroundOptions`.
 */
export async function spawnPlayground(options: {
  readonly dataDir: string;
  readonly port?: number;
  readonly publicKeyFile?: string;
  readonly deliveryMs?: number;
}): Promise<Playground & { readonly pid: number }> {
  const { dataDir, port = 0, publicKeyFile, deliveryMs } = options;
  const script = fileURLToPath(new URL('./serve.ts', import.meta.url));
  const key = publicKeyFile === undefined ? [] : ['--app-public-key', publicKeyFile];
  const limit = deliveryMs === undefined ? [] : ['--delivery-ms', String(deliveryMs)];
  const place = ['--data-dir', dataDir, '--port', String(port)];
  const args = [script, ...place, '--with-parent', ...key, ...limit];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const line = createInterface(child.stdout)[Symbol.asyncIterator]().next();
  const first = await Promise.race([line, ended]);
  if (Array.isArray(first) || first.done) throw new Error('the playground did not start');
  return {
    ...(await connectPlayground(dataDir)),
    pid: child.pid as number,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
