import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startPlayground } from './playground.ts';

/**
 * A playground as a process of its own:
 * `node serve.ts --data-dir DIR [--port N] [--app-public-key FILE] [--delivery-ms N] [--with-parent]`.
 * Prints its URL as the one line of standard output. Ends on SIGTERM or SIGINT, and with
 * `--with-parent` also when its standard input ends. What may be done with it is in the data folder's
 * control file (see `connectPlayground`).
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'data-dir': { type: 'string' },
      port: { type: 'string', default: '0' },
      'app-public-key': { type: 'string' },
      'delivery-ms': { type: 'string' },
      'with-parent': { type: 'boolean', default: false },
    },
  });
  const dataDir = values['data-dir'];
  if (dataDir === undefined) throw new Error('--data-dir is missing');
  const keyFile = values['app-public-key'];
  const deliveryMs = values['delivery-ms'];
  const playground = await startPlayground({
    dataDir,
    port: Number(values.port),
    log: (line) => console.error(line),
    ...(keyFile === undefined ? {} : { appPublicKey: readFileSync(keyFile, 'utf8') }),
    ...(deliveryMs === undefined ? {} : { deliveryMs: Number(deliveryMs) }),
  });
  console.log(playground.url);
  const ends = [once(process, 'SIGTERM'), once(process, 'SIGINT')];
  if (values['with-parent']) ends.push(once(process.stdin.resume(), 'end'));
  await Promise.race(ends);
  await playground.close();
  process.exit(0);
}

if (import.meta.main) await main(process.argv.slice(2));
