import { chmodSync, chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findBoundary } from '../../lib/local/sandbox/boundary.ts';
import { probeSandbox } from '../../lib/local/sandbox/probe.ts';
import {
  noDocker,
  processesWith,
  type Rig,
  recordsIn,
  rigOf,
  until,
} from '../local/sandbox/rig.ts';
import { serverProcess } from '../local/sandbox/server-process.ts';

const isRoot = process.getuid?.() === 0;
const host = createNetServer((socket) => socket.end('host'));
const gateway = createServer((_, response) => response.end('from the gateway'));
const rigs: Rig[] = [];

beforeAll(() => new Promise<void>((ready) => host.listen(0, '127.0.0.1', ready)));
afterAll(async () => {
  host.close();
  await closed(gateway);
  for (const made of rigs) await made.remove();
});

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

async function rig(script: string): Promise<Rig> {
  const made = await rigOf(script, 'bubblewrap');
  rigs.push(made);
  if (gateway.listening) await closed(gateway);
  await new Promise<void>((ready) => gateway.listen(made.options.gateway.socketPath, ready));
  return made;
}

/** Runs the script in a sandbox and gives back the JSON it printed. */
async function seen(body: string): Promise<Record<string, unknown>> {
  const made = await rig(`${tools}\nconst seen = {};\n${body}\nconsole.log(JSON.stringify(seen));`);
  const ending = await made.run();
  if (ending.detail !== 'exit code 0') throw new Error(`${ending.detail}: ${made.output()}`);
  return JSON.parse(made.output());
}

const tools = `
  import fs from 'node:fs';
  import http from 'node:http';
  import net from 'node:net';
  import { execFileSync, spawn } from 'node:child_process';
  const sh = (line) => execFileSync('/bin/sh', ['-c', '(' + line + ') 2>&1 || true'], { encoding: 'utf8' }).trim();
  const wrapper = JSON.parse(process.env.ENTROPY_TOOL_WRAPPER);
  const tool = (line) => execFileSync(wrapper[0], [...wrapper.slice(1), '/bin/sh', '-c', 'trap "" USR1; (' + line + ') 2>&1 || true'], { encoding: 'utf8' }).trim();
  const why = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
  const connect = (port, host) => new Promise((resolve) => {
    const socket = net.connect(port, host, () => { socket.destroy(); resolve('connected'); });
    socket.on('error', (error) => resolve(error.code));
    socket.setTimeout(5000, () => { socket.destroy(); resolve('timeout'); });
  });
`;

describe('a bubblewrap sandbox', () => {
  test('works here', async () => {
    expect(
      await probeSandbox('bubblewrap', { docker: noDocker, root: '/nonexistent' }),
    ).toMatchObject({ works: true });
  });

  test('has fixed paths and exactly the promised environment', async () => {
    const { env, cwd, written } = (await seen(`
      seen.cwd = process.cwd(); seen.env = process.env;
      seen.written = ['/workspace', process.env.HOME, process.env.TMPDIR, '/dev/shm'].map((path) => why(() => fs.writeFileSync(path + '/x', '')));
    `)) as { env: Record<string, string>; cwd: string; written: string[] };
    expect(cwd).toBe('/workspace');
    expect(written).toEqual(['done', 'done', 'done', 'done']);
    const { PATH, SANDBOX_ID, ENTROPY_TOOL_WRAPPER, ...rest } = env;
    expect(JSON.parse(ENTROPY_TOOL_WRAPPER ?? '')).toContain('--unshare-pid');
    expect(rest).toEqual({
      ENTROPY_BOOT_CODE: 'boot-code-of-the-test',
      ENTROPY_EGRESS: 'gateway',
      ENTROPY_GATEWAY: 'unix:/run/entropy/gateway.sock',
      ENTROPY_LIFE_LINE: 'stdin',
      ENTROPY_PRIVATE: '/run/entropy/private',
      ENTROPY_SANDBOX_ID: SANDBOX_ID,
      ENTROPY_WORKSPACE: '/workspace',
      HOME: '/home/sandbox',
      LANG: 'C.UTF-8',
      NODE_COMPILE_CACHE: '/entropy/node_modules/.cache/entropy',
      NODE_COMPILE_CACHE_PORTABLE: '1',
      TMPDIR: '/tmp',
    });
    expect(PATH?.split(':').at(-1)).toBe('/entropy/bin');
  });

  test('reaches the gateway and nothing else', async () => {
    const { port } = host.address() as AddressInfo;
    const found = await seen(`
      seen.gateway = await new Promise((resolve, reject) => http.get({ socketPath: '/run/entropy/gateway.sock', path: '/' }, (response) => response.on('data', (data) => resolve(String(data)))).on('error', reject));
      seen.loopback = await connect(${port}, '127.0.0.1');
      seen.outside = await connect(443, '192.0.2.1');
      seen.interfaces = fs.readFileSync('/proc/net/dev', 'utf8').split('\\n').slice(2).map((line) => line.split(':')[0].trim()).filter(Boolean);
      const own = net.createServer().listen(0, '127.0.0.1');
      await new Promise((ready) => own.on('listening', ready));
      seen.own = await connect(own.address().port, '127.0.0.1');
      own.close();
    `);
    expect(found).toEqual({
      gateway: 'from the gateway',
      loopback: 'ECONNREFUSED',
      outside: 'ENETUNREACH',
      interfaces: ['lo'],
      own: 'connected',
    });
  });

  test('sees neither data folder nor HOME nor the rest of the host', async () => {
    const made = await rig('');
    const { HOME } = made.options.hostEnv;
    await mkdir(made.dataDir, { recursive: true });
    await writeFile(join(made.dataDir, 'key'), 'secret');
    await writeFile(join(made.folder, 'root', '.env'), 'KEY=secret');
    const personal = [
      '.ssh',
      '.aws',
      '.config',
      '.npmrc',
      '.docker',
      '.gnupg',
      '.claude',
      '.netrc',
    ];
    await writeFile(
      made.options.harness.main,
      `${tools}
      const seen = {};
      seen.data = fs.existsSync(${JSON.stringify(made.dataDir)});
      seen.root = fs.readdirSync('/entropy').sort();
      seen.top = fs.readdirSync('/').sort();
      seen.personal = ${JSON.stringify(personal)}.filter((name) => fs.existsSync(${JSON.stringify(HOME)} + '/' + name));
      seen.secrets = ['/etc/shadow', '/etc/ssl/private', '/var', '/sys', '/root/.bashrc'].filter((path) => fs.existsSync(path));
      seen.npmrc = sh('cat /usr/etc/npmrc /usr/local/etc/npmrc | grep -v "No such file"');
      seen.users = fs.readFileSync('/etc/passwd', 'utf8').split('\\n').length;
      console.log(JSON.stringify(seen));`,
    );
    await made.run();
    const found = JSON.parse(made.output());
    expect(found).toMatchObject({
      ...{ data: false, personal: [], secrets: [], npmrc: '', users: 4 },
      root: ['bin', 'package.json', 'task-image'],
    });
    const allowed =
      'bin dev entropy etc home lib lib32 lib64 libx32 nix opt proc root run sbin tmp usr workspace';
    const others = found.top.filter((name: string) => !allowed.split(' ').includes(name));
    // Mounts for entries of PATH that are in none of the usual places.
    const entries = (made.options.hostEnv.PATH ?? '').split(':');
    expect(others.filter((name: string) => !entries.some((e) => e.startsWith(`/${name}`)))).toEqual(
      [],
    );
  });

  test('can change nothing of the host', async () => {
    const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
    const found = await seen(`
      seen.writes = ['/usr/x', '/etc/x', '/x', '/run/x', '/dev/x', '/entropy/x', '/entropy/task-image/main.ts', '/etc/passwd', '/home/x'].filter((path) => why(() => fs.writeFileSync(path, '')) === 'done');
      seen.kernel = ['/proc/sys/kernel/core_pattern', '/proc/sys/vm/drop_caches', '/proc/sysrq-trigger'].filter((path) => why(() => fs.writeFileSync(path, 'core')) === 'done');
      seen.device = why(() => fs.chmodSync('/dev/null', 0o666));
      seen.null = why(() => fs.writeFileSync('/dev/null', 'x'));
      seen.caps = /CapEff:\\s+(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      seen.privileges = /NoNewPrivs:\\s+(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      seen.uid = process.getuid();
      seen.name = sh('id -un');
      seen.mount = sh('mount -t tmpfs none /tmp && echo mounted');
    `);
    expect(found).toMatchObject({
      ...{ writes: [], kernel: [], device: 'EPERM', null: 'done', caps: '0000000000000000' },
      ...{ privileges: '1', uid: 1000, name: 'sandbox' },
    });
    expect(found.mount).not.toContain('mounted');
    expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before);
  });

  test("does not see the host's processes, nor does its argument list hold the boot code", async () => {
    const found = await seen(`
      seen.pids = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length;
      seen.lines = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map((pid) => { try { return fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'); } catch { return ''; } }).join();
      seen.server = why(() => process.kill(${process.pid}, 0));
    `);
    expect(found.pids).toBeLessThan(8);
    expect(found.lines).not.toContain('boot-code-of-the-test');
    expect(found.server).toBe('ESRCH');
  });
});

describe("a tool's command in a bubblewrap sandbox", () => {
  test('has processes of its own only, and cannot look at or signal the harness', async () => {
    const found = await seen(`
      seen.harness = process.pid;
      seen.all = sh('grep -l task-image/main.ts /proc/[0-9]*/cmdline').split('\\n').length;
      seen.lines = tool('cat /proc/[0-9]*/cmdline').replaceAll('\\0', ' ');
      seen.pids = tool('echo /proc/[0-9]*');
      seen.kill = tool('kill -USR1 -1; kill -USR1 ' + process.pid);
      seen.maps = tool('cat /proc/[0-9]*/maps | grep -c /entropy/bin/[n]ode');
      seen.inspector = await connect(9229, '127.0.0.1');
      seen.alive = true;
    `);
    expect(found).toMatchObject({ inspector: 'ECONNREFUSED', alive: true, maps: '0' });
    expect(Number(found.all)).toBeGreaterThan(0);
    expect(String(found.pids).split(' ').length).toBeLessThan(6);
    expect(found.lines).not.toContain('/entropy/bin/node');
  });

  test('is given no capability, no new privilege and no namespace to make', async () => {
    const found = await seen(`
      seen.status = tool('grep -E "^(Cap(Eff|Prm|Bnd|Amb)|NoNewPrivs)" /proc/self/status');
      seen.nested = [['user', 'U'], ['mount', 'm'], ['pid', 'p']].map(([, flag]) => tool('unshare -U' + flag + ' true && echo made'));
      seen.again = tool(wrapper.map((one) => "'" + one + "'").join(' ') + ' echo made');
      seen.mount = tool('mount -t proc proc /proc && echo made');
      seen.kernel = ['/proc/sys/kernel/core_pattern', '/proc/sys/user/max_user_namespaces', '/proc/sysrq-trigger'].map((path) => tool('echo 1 > ' + path + ' && echo made'));
      seen.hidden = tool('cat /proc/kallsyms && echo made');
    `);
    expect(String(found.status).match(/0000000000000000/g)).toHaveLength(4);
    expect(found.status).toMatch(/NoNewPrivs:\s+1/);
    expect(JSON.stringify(found)).not.toContain('made');
  });

  test('shares files and loopback with the harness, but for what is private to that', async () => {
    const found = await seen(`
      const own = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
      await new Promise((ready) => own.on('listening', ready));
      fs.writeFileSync(process.env.ENTROPY_PRIVATE + '/x', 'kept');
      const line = 'cat < /dev/null; pwd; echo made > made; cat $ENTROPY_PRIVATE/x; echo > $ENTROPY_PRIVATE/x; exec 3<>/dev/tcp/127.0.0.1/' + own.address().port + '; cat <&3';
      const child = spawn(wrapper[0], [...wrapper.slice(1), 'bash', '-c', line], { stdio: ['ignore', 'pipe', 'ignore'] });
      seen.out = ''; child.stdout.on('data', (data) => { seen.out += data; });
      await new Promise((done) => child.on('close', done));
      seen.made = fs.readFileSync('made', 'utf8');
      seen.kept = fs.readFileSync(process.env.ENTROPY_PRIVATE + '/x', 'utf8');
      own.close();
    `);
    expect(found).toEqual({ out: '/workspace\nkepthello', made: 'made\n', kept: 'kept' });
  });
});

describe('the processes of a bubblewrap sandbox', () => {
  const daemon = (name: string) => `
    import { spawn } from 'node:child_process';
    spawn('/bin/sh', ['-c', 'env -i setsid -f sleep 98${name}'], { detached: true, stdio: 'ignore' });
  `;

  test('all end with it, whatever they did to hide', async () => {
    const name = String(process.pid);
    const made = await rig(`${daemon(name)} await import('./gate.ts'); process.exit(0);`);
    const running = made.run();
    await until(() => processesWith(`sleep 98${name}`).length > 0);
    made.openGate();
    expect(await running).toEqual({ ended: 'exited', detail: 'exit code 0' });
    await until(() => processesWith(`sleep 98${name}`).length === 0);
  });

  test('are counted', async () => {
    const made = await rig(`
      import { spawn } from 'node:child_process';
      for (let n = 0; n < 40; n++) spawn('sleep', ['1000']);
      setInterval(() => {}, 1000);
    `);
    expect(await made.run({ limits: { processes: 30 } })).toMatchObject({ ended: 'limit' });
  });

  test('are ended in a fork bomb', async () => {
    const bomb = 'f() { sleep 0.02; f | f & wait; }; f';
    const made = await rig(`
      import { spawn } from 'node:child_process';
      spawn('/bin/sh', ['-c', ${JSON.stringify(bomb)}, 'bomb-${process.pid}']);
      setInterval(() => {}, 1000);
    `);
    expect(await made.run({ limits: { processes: 60 } })).toMatchObject({ ended: 'limit' });
    await until(() => processesWith(`bomb-${process.pid}`).length === 0);
  });

  test("end with the server that is killed, and leave nothing after the next one's start", async () => {
    const name = `1${process.pid}`;
    const made = await rig(
      `${daemon(name)} process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`,
    );
    const server = serverProcess(made, 'bubblewrap', 'run');
    await until(() => processesWith(`sleep 98${name}`).length > 0);
    server.child.kill('SIGKILL');
    await server.answer;
    await until(() => processesWith(`sleep 98${name}`).length === 0);
    expect(await serverProcess(made, 'bubblewrap', 'reap').answer).toEqual({ reaped: 0 });
    expect(recordsIn(made.dataDir)).toEqual([]);
    expect(existsSync(join(made.dataDir, 'work', 'r-1', 'coder-1-1'))).toBe(false);
  });

  test('end when it is told to stop', async () => {
    const made = await rig('process.stdin.resume(); setInterval(() => {}, 1000);');
    const stop = new AbortController();
    const running = made.run({ signal: stop.signal });
    await until(() => processesWith('/entropy/task-image/main.ts').length > 0);
    stop.abort();
    expect(await running).toMatchObject({ ended: 'aborted' });
  });
});

const goProgram = `echo 'package main; func main() { println(6 * 7) }' > main.go`;
const rustProgram = `cargo init --quiet --name six . && echo 'fn main() { println!("{}", 6 * 7) }' > src/main.rs`;

describe("the host's toolchains", () => {
  test.each([
    ['python3', 'python3 -m venv --without-pip .venv && .venv/bin/python -c "print(6 * 7)"', '42'],
    ['go', `${goProgram} && go run main.go`, '42'],
    ['cargo', `${rustProgram} && cargo run --offline --quiet`, '42'],
    ['node', 'node -p 6*7', '42'],
    ['npm', 'npm --version', '.'],
    ['git', 'git init -q . && git status --short --branch', '## No commits yet'],
  ])('%s runs inside', async (_, line, answer) => {
    const { out } = await seen(`seen.out = sh(${JSON.stringify(line)});`);
    expect(out).toContain(answer);
  });
});

describe('another user as server', () => {
  test('an ordinary user gets the same boundary, without setpriv', async () => {
    if (!isRoot) return expect((await findBoundary()) as object).not.toHaveProperty('asRoot');
    const made = await rig(`${tools}
      const seen = { uid: process.getuid(), top: fs.readdirSync('/workspace'), cwd: process.cwd() };
      seen.gateway = await new Promise((resolve, reject) => http.get({ socketPath: '/run/entropy/gateway.sock', path: '/' }, (response) => response.on('data', (data) => resolve(String(data)))).on('error', reject));
      seen.write = why(() => fs.writeFileSync('/workspace/x', ''));
      seen.tool = tool('ls -d /proc/[0-9]* | wc -l; unshare -U true 2>/dev/null || echo refused');
      console.log(JSON.stringify(seen));
    `);
    const id = 54_321;
    await mkdir(made.dataDir);
    for (const path of [made.folder, made.dataDir, made.options.gateway.socketPath]) {
      chownSync(path, id, id);
    }
    for (const name of readdirSync(join(made.folder, 'root')))
      chmodSync(join(made.folder, 'root', name), 0o755);
    const prefix = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--'];
    const server = serverProcess(made, 'bubblewrap', 'run', prefix);
    const answer = await server.answer;
    expect(answer).toEqual({ ending: { ended: 'exited', detail: 'exit code 0' } });
    expect(JSON.parse(made.output())).toEqual({
      ...{ uid: 1000, top: [], cwd: '/workspace', gateway: 'from the gateway', write: 'done' },
      tool: expect.stringMatching(/^[45]\nrefused$/),
    });
  });
});
