import { expect, test } from '@jest/globals';
import { fixed, plan } from '../agent/fixtures/plan.ts';
import { playEngine } from './fixtures/play-engine.ts';

test('claude-code codes', async () => {
  const end = await playEngine({
    engine: { name: 'claude-code', model: 'claude-sonnet-5-5', wires: ['messages'] },
    role: 'coder',
    input: { plan },
    turns: [
      {
        when: 'You are the coder',
        turns: [
          {
            content: [
              {
                type: 'tool_use',
                name: 'Bash',
                input: { command: "sed -i 's/a - b/a + b/' add.js && cat add.js" },
              },
            ],
          },
          {
            content: [
              {
                type: 'tool_use',
                name: 'StructuredOutput',
                input: { title: 'Add, not subtract', body: 'The sign was wrong.' },
              },
            ],
          },
          { content: [{ type: 'text', text: 'done' }] },
        ],
      },
    ],
  });
  console.log(JSON.stringify({ ...end, requests: end.requests.map((r) => [r.turn, r.key, r.body.tools?.map((t: {name: string}) => t.name)]) }, null, 1));
  expect(end.handoff).toMatchObject({
    kind: 'change-set',
    title: 'Add, not subtract',
    files: [{ path: 'add.js', content: btoa(fixed) }],
  });
});
