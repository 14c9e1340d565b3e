import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Rig, until } from '../local/sandbox/rig.ts';
import { asHarness, grab, ways } from '../redteam/sandbox/probes.ts';
import { containers, docker, dockerRig } from './docker-rig.ts';

/** All that came in outside, on every address of the host: the sandbox's processes must bring nothing here. */
const heard: string[] = [];
const tcp = createServer((socket) => {
  heard.push('tcp');
  socket.on('error', () => {});
});
const web = createHttpServer((request, response) => {
  heard.push(`http ${request.url}`);
  response.end('stolen');
});
const names = createSocket('udp4', () => heard.push('dns'));
const gateway = createHttpServer((_, response) => response.end('gateway'));
const rigs: Rig[] = [];
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  await Promise.all([
    new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done)),
    // Also on the address that containers of Docker's own network have of the host.
    new Promise<void>((done) => web.listen(0, bridge(), done)),
    new Promise<void>((done) => names.bind(0, '127.0.0.1', done)),
  ]);
});
afterAll(async () => {
  for (const server of [tcp, web, gateway]) server.close();
  names.close();
  for (const rig of rigs) await rig.remove();
});

const bridge = () =>
  docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}') ||
  '127.0.0.1';

async function listenAt(path: string): Promise<void> {
  gateway.closeAllConnections();
  if (gateway.listening) await new Promise((done) => gateway.close(done));
  await new Promise<void>((done) => gateway.listen(path, done));
}

/** What tools see that a hostile model runs, the harness standing by with its secret in memory. */
async function seenIn(body: string): Promise<Record<string, unknown>> {
  const made = await dockerRig(asHarness(body));
  rigs.push(made);
  await listenAt(made.options.gateway.socketPath);
  const ending = await made.run();
  if (ending.detail !== 'exit code 0') throw new Error(`${ending.detail}: ${made.output()}`);
  return JSON.parse(made.output().trim().split('\n').at(-1) ?? '');
}

const lastOf = (script: string) =>
  `JSON.parse(nodeTool(${JSON.stringify(script)}).split('\\n').at(-1))`;

/** What its harness has printed by now. */
function logged(made: Rig): string {
  try {
    return made.output();
  } catch {
    return '';
  }
}

describe('from a container', () => {
  test('by DNS, direct IP, URL or a listed host gets nothing out: listeners on the host hear nothing', async () => {
    heard.length = 0;
    const at = { tcp: portOf(tcp), web: portOf(web), names: portOf(names) };
    const others = [`http://${bridge()}:${at.web}/`, 'http://169.254.169.254/latest/meta-data/'];
    const seen = await seenIn(`
      seen.said = ${lastOf(ways(at))};
      seen.others = ${JSON.stringify(others)}.map((url) => tool('node -e "fetch(process.argv[1], { signal: AbortSignal.timeout(5000) }).then(() => console.log(1), (e) => console.log((e.cause ?? e).code))" ' + url));
      seen.proxy = tool('echo "[$HTTPS_PROXY$https_proxy]"');
      seen.links = tool('ls /sys/class/net');
    `);
    expect(seen.said).toMatchObject({
      ...{ ip: 'ECONNREFUSED', url: 'ECONNREFUSED', outside: 'ENETUNREACH' },
      name: expect.stringMatching(/^EAI_AGAIN|ENOTFOUND$/),
    });
    expect(seen).toMatchObject({
      others: ['ENETUNREACH', 'ENETUNREACH'],
      proxy: '[]',
      links: 'lo',
    });
    expect(heard).toEqual([]);
    // They do hear who is let out.
    await fetch(`http://${bridge()}:${at.web}/`);
    expect(heard).toEqual(['http /']);
  });

  test("a tool that looks for the harness's secrets sees its command line, and nothing of environment, descriptors or memory", async () => {
    const seen = await seenIn(`
      seen.found = ${lastOf(grab)};
      seen.kept = globalThis.kept.length;
      seen.environ = tool('cat /proc/1/environ /proc/' + process.pid + '/environ');
      seen.fds = tool('ls /proc/' + process.pid + '/fd');
    `);
    expect(seen).toMatchObject({ found: ['harness in sight'], kept: 56 });
    expect(seen.environ).toMatch(/^(cat: \S+ Permission denied\n?){2}$/);
    expect(seen.fds).toMatch(/Permission denied$/);
  });

  test('a tool is another user, without privilege, and can not become the harness or root', async () => {
    const seen = await seenIn(`
      const status = (line) => tool(line + "grep -E '^(Uid|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status").split('\\n').map((text) => text.split(/\\s+/)[1]);
      seen.status = status('');
      seen.harness = (await import('node:fs')).readFileSync('/proc/self/status', 'utf8').match(/^(Uid|CapEff|CapBnd|NoNewPrivs):\\s+\\w+/gm).map((text) => text.split(/\\s+/)[1]);
      seen.signals = tool('kill -USR1 ' + process.pid + '; kill -9 1; kill -9 ' + process.pid);
      seen.become = ['setpriv --reuid=10001 id', 'setpriv --reuid=0 id', '/opt/entropy/bin/start-harness --reuid=0 id', 'su -c id', 'unshare -Ur id', 'mount -t tmpfs none /tmp', 'mknod /tmp/sda b 8 0'].map((line) => tool(line + ' && echo DONE'));
      seen.debugger = tool('exec 3<>/dev/tcp/127.0.0.1/9229 && echo open');
    `);
    const none = '0000000000000000';
    const two = '00000000000000c0';
    expect(seen.status).toEqual(['10002', none, none, two, none, '1', '2']);
    expect(seen.harness).toEqual(['10001', two, two, '1']);
    expect(String(seen.signals).match(/not permitted/g)).toHaveLength(3);
    for (const said of seen.become as string[]) expect(said).not.toMatch(/DONE|uid=0|uid=10001/);
    expect(seen.debugger).not.toContain('open');
  });

  test("files of the host, of the server and of the engine are not there, and the image's can't be changed", async () => {
    const made = await dockerRig('');
    rigs.push(made);
    const paths = [made.dataDir, made.folder, '/var/run/docker.sock', '/run/docker.sock'];
    const seen = await seenIn(`
      seen.found = tool(${JSON.stringify(paths.map((path) => `[ -e ${path} ] && echo ${path}`).join('; '))});
      seen.written = tool('for f in /x /etc/x /opt/entropy/x /usr/bin/x /root/x /run/x /run/entropy/x /var/x /home/x; do echo x > $f && echo WRITTEN; done');
      seen.gateway = tool('ls -l /run/entropy/gateway.sock | cut -c1');
      seen.mounts = tool("grep -E ' /(workspace|tmp) ' /proc/self/mounts | wc -l");
    `);
    expect(seen.found).toBe('');
    expect(seen.written).not.toContain('WRITTEN');
    // It may knock at the gateway, where it has no session.
    expect(seen).toMatchObject({ gateway: 's', mounts: '2' });
  });

  test('the boot code comes by standard input: neither its environment nor what the engine tells of it has it', async () => {
    const made = await dockerRig(`
      import { readFileSync } from 'node:fs';
      process.stdin.once('data', (chunk) => {
        const environ = readFileSync('/proc/self/environ', 'utf8');
        console.log(JSON.stringify({ code: String(chunk), inEnvironment: environ.includes('boot-code') }));
      });
    `);
    rigs.push(made);
    await listenAt(made.options.gateway.socketPath);
    const stop = new AbortController();
    const running = made.run({ signal: stop.signal });
    await until(() => logged(made).includes('\n'));
    const [id = ''] = containers('r-1');
    const told = docker('inspect', id);
    const [{ HostConfig: host, Config: config }] = JSON.parse(told);
    stop.abort();
    await running;
    expect(JSON.parse(made.output().trim().split('\n').at(-1) ?? '')).toEqual({
      code: 'boot-code-of-the-test\n',
      inEnvironment: false,
    });
    expect(told).not.toContain('boot-code');
    expect(host).toMatchObject({
      ...{ NetworkMode: 'none', ReadonlyRootfs: true, Privileged: false, PidMode: '' },
      ...{ CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], LogConfig: { Type: 'none' } },
      ...{ Memory: 4 * 1024 ** 3, MemorySwap: 4 * 1024 ** 3, PidsLimit: 200 * 32 },
    });
    const outside = (host.Mounts as { Source: string; ReadOnly: boolean }[]).filter(
      ({ Source }) => !Source.startsWith('/etc/'),
    );
    expect(outside).toEqual([
      expect.objectContaining({ Source: join(made.folder, 'gateway.sock'), ReadOnly: true }),
    ]);
    expect(config.Labels).toMatchObject({ 'entropy.run': 'r-1', 'entropy.stage': 'coder-1-1' });
  });
});
