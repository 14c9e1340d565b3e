import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { startForwarder } from '../../lib/agent/forwarder.ts';
import { folder } from './fixtures/repository.ts';

const at = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port) });

describe('startForwarder', () => {
  test('carries bytes both ways, and the end of each', async () => {
    const path = join(folder('s'), 'g.sock');
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      void text(socket).then((all) => socket.end(`${all.length}:${all.slice(0, 5)}`));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const forwarder = await startForwarder(path);
    const ask = (body: string) => {
      const socket = connect({ ...at(forwarder.url), allowHalfOpen: true });
      socket.end(body);
      return text(socket);
    };
    const large = 'x'.repeat(3_000_000);
    expect(await Promise.all([ask('hello'), ask(large)])).toEqual(['5:hello', '3000000:xxxxx']);
    forwarder.close();
    server.close();
  });

  test('a socket that nobody serves closes the connection', async () => {
    const forwarder = await startForwarder(join(folder('s'), 'none.sock'));
    const socket = connect(at(forwarder.url));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    forwarder.close();
  });
});
