import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../lib/domain/evidence.ts';
import { defaultPolicy } from '../../lib/domain/policy.ts';
import { judge } from '../../lib/domain/verdict.ts';
import { files } from '../agent/fixtures/plan.ts';
import { lastTold, type Turn } from '../agent/fixtures/words.ts';
import { attack, daemon, hostile, saidIn } from '../real/hostile-tests.ts';
import { inSandbox } from '../real/in-sandbox.ts';
import { env, image } from './docker-rig.ts';

const inDocker = (
  given: Parameters<typeof inSandbox>[1],
  check: Parameters<typeof inSandbox>[2],
): Promise<void> => inSandbox('docker', given, check, { image, env });

describe('a hostile test in the change', () => {
  test('sees a harness that it can not signal, debug or read, and its change is judged for what it is', async () => {
    await inDocker({ files, role: 'verifier', input: attack(hostile) }, ({ handoff }) => {
      const evidence = handoff as Evidence;
      const said = [...new Set(saidIn(evidence))].sort();
      expect(said).toEqual([
        'ATTACK environments []',
        expect.stringMatching(/^ATTACK harness \[1,\d+\]$/),
        'ATTACK inspector "ECONNREFUSED"',
        'ATTACK memory []',
        'ATTACK repository [true,"EACCES"]',
      ]);
      expect(JSON.stringify(evidence)).not.toContain('forged');
      expect(judge(evidence, defaultPolicy).verdict).not.toBe('good');
    });
  });

  test('leaves nothing behind that mends a later tree', async () => {
    const red = `${files['add.test.js']}test('adds', () => assert.equal(add(1, 2), 3));\n`;
    const given = { ...files, 'add.test.js': red };
    await inDocker({ files: given, role: 'verifier', input: attack(daemon) }, ({ handoff }) => {
      const evidence = handoff as Evidence;
      expect(evidence.runs?.baseTests?.tests).toContainEqual(
        expect.objectContaining({ id: expect.stringContaining('adds'), status: 'failed' }),
      );
      expect(judge(evidence, defaultPolicy).verdict).not.toBe('good');
    });
  });
});

test('what a command leaves in a session of its own is gone before the next', async () => {
  const leave =
    "setsid -f sh -c 'while :; do date +%N > late; done' >/dev/null 2>&1 </dev/null; sleep 0.2";
  const look = 'a=$(cat late); sleep 0.3; [ "$a" = "$(cat late)" ] && echo still; rm late';
  const turns: Turn[] = [
    [['shell', { command: leave }]],
    [['shell', { command: look }]],
    [['create', { path: 'x', content: '' }]],
    [['submit', { title: 'Add', body: 'The sign.' }]],
  ];
  const plan = { title: 't', summary: 's', criteria: ['c'], files: [], testStrategy: 't' };
  const input = { plan: { kind: 'plan' as const, ...plan, excerpts: [] } };
  await inDocker({ files, role: 'coder', input, turns }, ({ requests }) => {
    expect(lastTold(requests[2])[0]).toBe('still\n[exit code 0]');
  });
});
