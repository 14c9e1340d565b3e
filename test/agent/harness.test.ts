import { describe, expect, test } from '@jest/globals';
import { files, plan } from './fixtures/plan.ts';
import { playStage } from './fixtures/stage.ts';
import { lastTold } from './fixtures/words.ts';

const fix = ['edit', { path: 'add.js', old: 'a - b', new: 'a + b' }] as const;
const submit = ['submit', { title: 'Add, not subtract', body: 'The sign was wrong.' }] as const;

describe('runHarness', () => {
  test('a coder changes code, runs commands, and leaves the change that is in the workspace', async () => {
    const seen: string[] = [];
    await playStage(
      {
        files,
        role: 'coder',
        input: { plan },
        turns: [
          [
            ['search', { pattern: 'a - b' }],
            ['view', { path: '/workspace/add.js' }],
          ],
          [fix, ['shell', { command: 'pwd; cat add.js; env | sort' }]],
          (request) => {
            seen.push(...lastTold(request));
            return [submit];
          },
        ],
      },
      ({ exitCode, handoff, base, requests, log }) => {
        expect(log.join('\n')).not.toContain('Error');
        expect(exitCode).toBe(0);
        expect(handoff).toEqual({
          kind: 'change-set',
          base,
          title: 'Add, not subtract',
          body: 'The sign was wrong.',
          files: [
            {
              path: 'add.js',
              mode: '100644',
              content: btoa('export const add = (a, b) => a + b;\n'),
            },
          ],
        });
        expect(lastTold(requests[1])[0]).toBe('add.js:1:export const add = (a, b) => a - b;');
        expect(seen[1]).toContain('/workspace\nexport const add = (a, b) => a + b;\n');
        expect(seen[1]).not.toContain('ENTROPY');
      },
    );
  });
});
