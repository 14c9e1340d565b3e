import { describe, expect, test } from '@jest/globals';
import type { ModelRequest } from '../../lib/domain/model.ts';
import { files, fixed, plan } from '../agent/fixtures/plan.ts';
import { lastTold, type Turn } from '../agent/fixtures/words.ts';
import { inSandbox } from './in-sandbox.ts';

const change = { path: 'add.js', mode: '100644' as const, content: btoa(fixed) };

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

  test('what a command leaves in a session of its own is gone before the next', async () => {
    const leave = (n: number) =>
      `setsid -f sh -c 'while :; do date +%N > late-${n}; done' >/dev/null 2>&1 </dev/null; sleep 0.2`;
    const look =
      'for f in late-*; do a=$(cat $f); sleep 0.3; [ "$a" = "$(cat $f)" ] && echo still; done; rm late-*';
    for (const kind of ['bubblewrap', 'process'] as const) {
      const turns: Turn[] = [
        [['shell', { command: leave(1) }]],
        [['shell', { command: `env -i /bin/sh -c "true"; ${leave(2)}; kill -9 $$` }]],
        [['shell', { command: look }]],
        [['create', { path: 'x', content: '' }]],
        [['submit', { title: 'Add', body: 'The sign.' }]],
      ];
      await inSandbox(kind, { files, role: 'coder', input: { plan }, turns }, ({ requests }) => {
        expect(lastTold(requests[3])[0]).toBe('still\nstill\n[exit code 0]');
      });
    }
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
