import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Rig, rigOf } from '../../local/sandbox/rig.ts';
import { asHarness, grab, ways } from './probes.ts';

/** All that came in outside: the sandbox's processes must bring nothing here. */
const heard: string[] = [];
const tcp = createServer((socket) => {
  heard.push('tcp');
  socket.on('error', () => {});
  socket.on('data', (data) => heard.push(`tcp ${data}`));
});
const web = createHttpServer((request, response) => {
  heard.push(`http ${request.url}`);
  response.end('stolen');
});
const names = createSocket('udp4', (message) => heard.push(`dns ${message.toString('latin1')}`));
const gateway = createHttpServer((_, response) => response.end('gateway'));
const rigs: Rig[] = [];
let at: { tcp: number; web: number; names: number };

beforeAll(async () => {
  await Promise.all([
    new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done)),
    new Promise<void>((done) => web.listen(0, '127.0.0.1', done)),
    new Promise<void>((done) => names.bind(0, '127.0.0.1', done)),
  ]);
  const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  at = { tcp: port(tcp), web: port(web), names: port(names) };
});
afterAll(async () => {
  for (const server of [tcp, web, gateway]) server.close();
  names.close();
  for (const rig of rigs) await rig.remove();
});

/** What tools see that a hostile model runs, the harness standing by with its secret in memory. */
async function seenIn(
  kind: 'bubblewrap' | 'process',
  body: string,
): Promise<Record<string, unknown>> {
  const script = asHarness(body);
  const made = await rigOf(script, kind);
  rigs.push(made);
  gateway.closeAllConnections();
  if (gateway.listening) await new Promise((done) => gateway.close(done));
  await new Promise<void>((done) => gateway.listen(made.options.gateway.socketPath, done));
  const ending = await made.run();
  if (ending.detail !== 'exit code 0') throw new Error(`${ending.detail}: ${made.output()}`);
  return JSON.parse(made.output().trim().split('\n').at(-1) ?? '');
}

describe('exfiltration from bubblewrap', () => {
  test('by DNS, direct IP, URL or a listed host gets nothing out: a listener outside hears nothing', async () => {
    heard.length = 0;
    const seen = await seenIn(
      'bubblewrap',
      `seen.said = JSON.parse(nodeTool(${JSON.stringify(ways(at))}).split('\\n').at(-1)); seen.proxy = tool('echo "[$HTTPS_PROXY$https_proxy]"');`,
    );
    expect(seen.said).toMatchObject({
      ...{ ip: 'ECONNREFUSED', url: 'ECONNREFUSED', outside: 'ENETUNREACH' },
      name: expect.stringMatching(/^EAI_AGAIN|ENOTFOUND$/),
    });
    expect(seen.proxy).toBe('[]');
    expect(heard).toEqual([]);
  });
});

describe('exfiltration from process', () => {
  test('gets out whatever the tools know: it is no boundary, and is never chosen by itself', async () => {
    heard.length = 0;
    const seen = await seenIn(
      'process',
      `seen.said = JSON.parse(nodeTool(${JSON.stringify(ways(at))}).split('\\n').at(-1));`,
    );
    expect(seen.said).toMatchObject({ ip: 'done', url: 'done' });
    expect(heard).toContain('http /?d=secret');
  });
});

describe("a tool that looks for the harness's secrets", () => {
  test('in /proc, environments, command lines, descriptors and memory gets nothing in bubblewrap', async () => {
    const seen = await seenIn(
      'bubblewrap',
      `seen.found = JSON.parse(nodeTool(${JSON.stringify(grab)}).split('\\n').at(-1)); seen.kept = globalThis.kept.length;`,
    );
    expect(seen).toEqual({ found: [], kept: 56 });
  });

  test('gets sight of the harness in process: it is the same user, which is why it must be asked for', async () => {
    const seen = await seenIn(
      'process',
      `seen.found = JSON.parse(nodeTool(${JSON.stringify(grab)}).split('\\n').at(-1)); seen.kept = globalThis.kept.length;`,
    );
    expect(seen.found).toContain('harness in sight');
  });

  test('by a debugger, a signal or a trace gets nothing in bubblewrap', async () => {
    const seen = await seenIn(
      'bubblewrap',
      `
      seen.trace = tool('for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" = node ] && echo found $p; done; echo end');
      seen.signal = tool('kill -USR1 ${'$'}PPID ' + process.pid + '; echo end');
      seen.debugger = tool('exec 3<>/dev/tcp/127.0.0.1/9229 && echo open');
      seen.private = tool('echo x > $ENTROPY_PRIVATE/x && echo written; ls /run/entropy/private >/dev/null && echo read');
      seen.gateway = tool('ls -l /run/entropy/gateway.sock | cut -c1');
      `,
    );
    expect(seen.trace).toBe('end');
    expect(seen.debugger).not.toContain('open');
    expect(seen.private).not.toContain('written');
    // It may knock at the gateway, where it has no session.
    expect(seen.gateway).toBe('s');
  });
});

test("files of the harness, of the server and of the machine's user are not there in bubblewrap", async () => {
  const made = await rigOf('', 'bubblewrap');
  rigs.push(made);
  const paths = [
    made.dataDir,
    join(made.folder, 'root', '.env'),
    '/root/.ssh',
    '/root/.aws',
    '/etc/shadow',
    '/var/run/docker.sock',
  ];
  const seen = await seenIn(
    'bubblewrap',
    `seen.found = tool(${JSON.stringify(paths.map((path) => `[ -e ${path} ] && echo ${path}`).join('; '))});`,
  );
  expect(seen.found).toBe('');
});
