import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { exec } from '../../../lib/agent/exec.ts';
import { servedTools } from '../../../lib/agent/mcp/served-tools.ts';
import type { ClaimedEvent } from '../../../lib/agent/teller.ts';
import type { ToolPlace } from '../../../lib/agent/tools/tool.ts';
import { files, fixed, plan } from '../fixtures/plan.ts';
import { folder, path } from '../fixtures/repository.ts';
import { playStage } from '../fixtures/stage.ts';

const server = fileURLToPath(new URL('./server.mjs', import.meta.url));
const add = { command: [process.execPath, server], env: { LEVEL: 'high' } };

const place = (): ToolPlace => ({
  ...{ root: folder('root'), exec, env: { PATH: path } },
  ...{ commandMs: 120_000, floodBytes: 1_000_000, signal: new AbortController().signal },
});

test("a server's tools are offered under its name, and answer", async () => {
  const told: ClaimedEvent[] = [];
  const tools = await servedTools({ sums: add }, place(), (event) => told.push(event));
  expect(tools.map(({ spec }) => spec.name)).toEqual(['mcp__sums__add']);
  expect(await tools[0]?.call({ a: 2, b: 3 })).toEqual({ text: '5 high', isError: false });
  expect(told).toMatchObject([{ kind: 'tool.called', data: { tool: 'mcp__sums__add' } }]);
});

test('one that does not come up is a fault of the rules', async () => {
  const gone = { command: ['/nowhere/server'] };
  await expect(servedTools({ gone }, place(), () => {})).rejects.toThrow(
    /^\.entropy\.yml: mcp\.gone: the tool server ended \(127\)/,
  );
});

test('the coder of our own loop may use one', async () => {
  const engine = { name: 'builtin', model: 'm', wires: [], servers: { sums: add } } as const;
  await playStage(
    {
      ...{ files, role: 'coder', input: { plan, engine } },
      turns: [
        [['mcp__sums__add', { a: 1, b: 1 }]],
        [['create', { path: 'add.js', content: fixed }]],
        [['submit', { title: 'Add', body: 'The sign.' }]],
      ],
    },
    ({ handoff, requests }) => {
      expect(requests[0]?.tools.map(({ name }) => name)).toContain('mcp__sums__add');
      expect(JSON.stringify(requests[1]?.messages)).toContain('2 high');
      expect(handoff).toMatchObject({ kind: 'change-set' });
    },
  );
});
