import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import { composeDemo } from '../../lib/local/compose-demo.ts';
import { demoIssues } from '../../lib/local/playground/demo-issues.ts';
import { files, fixed, plan } from '../agent/fixtures/plan.ts';
import { lastTold, type Turn } from '../agent/fixtures/words.ts';
import { desk, jsonLines } from '../bin/command-line.ts';
import { codes, reads, reviews } from '../bin/scripted-team.ts';
import { git, mended, treeWith } from '../bin/sums.ts';
import { runToEnd } from '../bin/team-run.ts';
import { inSandbox } from '../real/in-sandbox.ts';
import { containers, env, image, stagesOf } from './docker-rig.ts';

const at = desk();
const dir = mkdtempSync(join(tmpdir(), 'docker-demo-'));
afterAll(() => {
  at.remove();
  rmSync(dir, { recursive: true, force: true });
});

test('an issue of the playground is taken from webhook to its merge, each stage in a container', async () => {
  const issues = demoIssues.filter(({ name }) => name === 'bug');
  const config = loadConfig(
    { ...env, HOME: dir, ENTROPY_SANDBOX_IMAGE: image },
    { dataDir: join(dir, 'data') },
  );
  const since = Math.floor(Date.now() / 1000);
  const lines: string[] = [];
  const demo = await composeDemo(config, issues, {
    sandbox: 'docker',
    log: (line) => lines.push(line),
  });
  try {
    const [issue] = issues;
    const id = issue === undefined ? '' : await demo.trigger(issue);
    const { runs } = demo.server.embedded.ports;
    for (let look = 0; look < 2_000; look += 1) {
      if ((await runs.get(id))?.status === 'settled') break;
      await sleep(200);
    }
    const run = await runs.get(id);
    expect([run?.outcome, run?.error, lines]).toEqual(['merged', undefined, lines]);
    const stages = ['coder-1-1', 'issue-reader-1-1', 'reviewer-1-1', 'verifier-1-1'];
    expect(stagesOf(id, since).sort()).toEqual(stages);
    expect(containers(id)).toEqual([]);
  } finally {
    await demo.close();
  }
});

test('entropy run --sandbox auto takes docker, says so, and ends in the right tree', async () => {
  const end = await runToEnd(at, {
    turns: [reads, codes(mended), reviews('approve')],
    args: ['--sandbox', 'auto'],
    env: { ENTROPY_SANDBOX_IMAGE: image },
  });
  expect([end.outcome.outcome, end.outcome.error, end.err]).toEqual(['handed-over', null, end.err]);
  expect(jsonLines(end)[0]).toMatchObject({ type: 'sandbox', kind: 'docker', passedOver: [] });
  const { repo, outcome } = end;
  const base = git(repo, 'rev-parse', 'HEAD');
  expect(git(repo, 'rev-parse', `${outcome.branch}^{tree}`)).toBe(treeWith(repo, base, mended));
});

test('doctor tells what works, and what auto comes to', async () => {
  const end = await at.entropy(['doctor', '--json'], { ENTROPY_SANDBOX_IMAGE: image });
  const [{ findings }] = jsonLines(end) as unknown as [{ findings: { name: string }[] }];
  expect(findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'sandbox docker', state: 'ok' }),
      expect.objectContaining({ name: 'sandbox auto', state: 'ok', detail: 'docker' }),
    ]),
  );
});

const asked = (url: string) =>
  `node -e "fetch('${url}', { signal: AbortSignal.timeout(5000) }).then(() => console.log('out'), (e) => console.log((e.cause ?? e).code))"`;

test('set-up reaches the gateway as its proxy and nothing else; after it tools reach nothing', async () => {
  const setup = [
    'node -e "const u = new URL(process.env.HTTPS_PROXY); console.log(u.hostname, u.username)" > seen',
    'node -e "const u = new URL(process.env.HTTPS_PROXY); console.log(u.href)" > kept',
    `${asked('http://192.0.2.1/')} >> seen`,
  ].join('; ');
  const input = { plan, checks: { option: { setup, test: 'true' } } };
  // What set-up knew of the proxy is kept, and tried again later: 407 is no way out.
  const again =
    "node -e \"const u = new URL(require('fs').readFileSync('kept', 'utf8').trim()); const r = require('http').request({ host: u.hostname, port: u.port, method: 'CONNECT', path: '192.0.2.1:443', headers: { 'proxy-authorization': 'Basic ' + Buffer.from(decodeURIComponent(u.username) + ':' + decodeURIComponent(u.password)).toString('base64') } }); const say = (x) => { console.log(x); process.exit(); }; r.on('connect', (s) => say(s.statusCode)).on('response', (s) => say(s.statusCode)).on('error', (e) => say(e.code)); r.end()\"";
  const turns: Turn[] = [
    [
      [
        'shell',
        {
          command: `cat seen; echo "proxy: $HTTPS_PROXY"; env | grep -c ENTROPY; ${asked('http://192.0.2.1/')}; ${again}`,
        },
      ],
    ],
    [['create', { path: 'add.js', content: fixed }]],
    [['submit', { title: 'Add', body: 'The sign.' }]],
  ];
  const given = { files, role: 'coder', input, turns } as const;
  await inSandbox(
    'docker',
    given,
    async (played) => {
      expect(lastTold(played.requests[1])[0]).toMatch(
        /^127\.0\.0\.1 setup\nENETUNREACH\nproxy: \n0\nENETUNREACH\n(403|407)\n/,
      );
      const kinds = (await played.world.events()).map((event) => event.kind);
      expect(kinds).toEqual(expect.arrayContaining(['egress.opened', 'egress.closed']));
      expect(played.handoff).toMatchObject({ kind: 'change-set' });
    },
    { image, env },
  );
});
