import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../lib/domain/evidence.ts';
import { defaultPolicy } from '../../lib/domain/policy.ts';
import { judge } from '../../lib/domain/verdict.ts';
import { files } from '../agent/fixtures/plan.ts';
import { attack, daemon, hostile, saidIn } from './hostile-tests.ts';
import { inSandbox } from './in-sandbox.ts';

describe('a hostile test in the change', () => {
  test('finds no harness to signal, to debug or to read, and its change is judged for what it is', async () => {
    await inSandbox(
      'bubblewrap',
      { files, role: 'verifier', input: attack(hostile) },
      ({ handoff }) => {
        const evidence = handoff as Evidence;
        expect([...new Set(saidIn(evidence))].sort()).toEqual([
          'ATTACK environments []',
          'ATTACK harness []',
          'ATTACK inspector "ECONNREFUSED"',
          'ATTACK memory []',
          'ATTACK repository [true,"EROFS"]',
        ]);
        expect(JSON.stringify(evidence)).not.toContain('forged');
        expect(judge(evidence, defaultPolicy).verdict).not.toBe('good');
      },
    );
  });

  test('leaves nothing behind that mends a later tree', async () => {
    const red = `${files['add.test.js']}test('adds', () => assert.equal(add(1, 2), 3));\n`;
    const given = { ...files, 'add.test.js': red };
    await inSandbox(
      'bubblewrap',
      { files: given, role: 'verifier', input: attack(daemon) },
      ({ handoff }) => {
        const evidence = handoff as Evidence;
        expect(evidence.runs?.baseTests?.tests).toContainEqual(
          expect.objectContaining({ id: expect.stringContaining('adds'), status: 'failed' }),
        );
        expect(judge(evidence, defaultPolicy).verdict).not.toBe('good');
      },
    );
  });
});
