import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { ModelRequest } from '../../lib/domain/model.ts';
import { defaultLimits } from '../../lib/domain/stage.ts';
import { localSandboxes } from '../../lib/local/sandbox/local-sandboxes.ts';
import { files, fixed, plan } from '../agent/fixtures/plan.ts';
import { playStage } from '../agent/fixtures/stage.ts';
import { lastTold, type Turn } from '../agent/fixtures/words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const change = { path: 'add.js', mode: '100644' as const, content: btoa(fixed) };

/** Plays a stage as a real sandbox of this kind, with the real entry. */
async function inSandbox(
  kind: 'bubblewrap' | 'process',
  given: Omit<Parameters<typeof playStage>[0], 'first' | 'unix'>,
  check: Parameters<typeof playStage>[1],
): Promise<void> {
  const first: Parameters<typeof playStage>[0]['first'] = async (at) => {
    const { role } = at.stage;
    const sandboxes = localSandboxes({
      kindOf: () => kind,
      dataDir: at.world.dataDir,
      gateway: { url: at.url, socketPath: at.socketPath },
      harness: { node: realpathSync(process.execPath), main: `${root}/task-image/main.ts`, root },
      hostEnv: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    });
    const { bootCode, stage } = at;
    const { signal } = new AbortController();
    const ending = await sandboxes.run({
      attempt: stage,
      bootCode,
      limits: defaultLimits[role],
      signal,
    });
    const log = readFileSync(join(at.world.dataDir, 'runs', stage.run, `${role}-1-1.log`), 'utf8');
    expect([log, ending.detail]).toEqual([
      expect.not.stringMatching(/harness: \w+:/),
      'exit code 0',
    ]);
    expect(ending).toMatchObject({ ended: 'exited', detail: 'exit code 0' });
  };
  await playStage({ ...given, unix: true, first }, check);
}

/** What the model was told, turn by turn, but for the fence's random number. */
const told = (requests: readonly ModelRequest[]) =>
  requests.map((request) => lastTold(request).map((text) => text.replace(/data-\w{16}/g, 'data-')));

describe('a stage in a sandbox', () => {
  const look =
    'pwd; git status --short; echo "at /workspace" > "$TMPDIR/x" && cat /workspace/add.js; cat "$TMPDIR/x"; npm test 2>&1 | grep -c "pass 1"';
  const turns: Turn[] = [
    [
      ['view', { path: '.' }],
      ['search', { pattern: 'a - b' }],
    ],
    [['edit', { path: '/workspace/add.js', old: 'a - b', new: 'a + b' }]],
    [['shell', { command: look }]],
    [['submit', { title: 'Add', body: 'The sign.' }]],
  ];

  test('the same turns leave the same words and the same change behind any boundary', async () => {
    const transcripts: string[][][] = [];
    for (const kind of ['bubblewrap', 'process'] as const) {
      const given = { files, role: 'coder', input: { plan }, turns } as const;
      await inSandbox(kind, { ...given, turns }, ({ handoff, requests }) => {
        expect(handoff).toMatchObject({ kind: 'change-set', files: [change] });
        transcripts.push(told(requests));
      });
    }
    expect(transcripts[0]?.[3]?.[0]).toMatch(/^\/workspace\n M add\.js\n/);
    expect(transcripts[1]).toEqual(transcripts[0]);
  });

  test('behind the boundary set-up reaches the gateway as its proxy, and tools reach nothing', async () => {
    const setup =
      'node -e "const u = new URL(process.env.HTTPS_PROXY); console.log(u.hostname, u.username)" > seen';
    const input = { plan, checks: { option: { setup, test: 'true' } } };
    const turns: Turn[] = [
      [['shell', { command: 'cat seen; echo "proxy: $HTTPS_PROXY"; env | grep -c ENTROPY' }]],
      [['create', { path: 'x', content: '' }]],
      [['submit', { title: 'Add', body: 'The sign.' }]],
    ];
    await inSandbox('bubblewrap', { files, role: 'coder', input, turns }, async (played) => {
      expect(lastTold(played.requests[1])[0]).toBe('127.0.0.1 setup\nproxy: \n0\n[exit code 1]');
      const kinds = (await played.world.events()).map((event) => event.kind);
      expect(kinds).toEqual(expect.arrayContaining(['egress.opened', 'egress.closed']));
    });
  });

  test('the verifier leaves Evidence', async () => {
    const input = (base: string) => ({
      change: { kind: 'change-set' as const, base, files: [change], title: 't', body: 'b' },
    });
    await inSandbox('bubblewrap', { files, role: 'verifier', input }, ({ handoff }) => {
      expect(handoff).toMatchObject({ kind: 'evidence', runs: { change: { state: 'completed' } } });
    });
  });
});
