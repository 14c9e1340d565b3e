import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { exec } from '../../../lib/agent/exec.ts';
import { servedTools } from '../../../lib/agent/mcp/served-tools.ts';
import type { ClaimedEvent } from '../../../lib/agent/teller.ts';
import { toolSpec } from '../../../lib/agent/tool-specs.ts';
import { tools } from '../../../lib/agent/tools/registry.ts';
import type { ToolPlace } from '../../../lib/agent/tools/tool.ts';
import { roles } from '../../../lib/roles/registry.ts';
import { parseModelRequest } from '../../../lib/services/gateway/model-request.ts';
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

const serving = (tools: readonly object[]) => ({
  ...{ command: add.command, env: { TOOLS: JSON.stringify(tools) } },
});

test('all servers together offer no more than a call to the model takes beside the own tools of any role', async () => {
  const full = serving(Array.from({ length: 64 }, (_, n) => ({ name: `t${n}` })));
  const served = await servedTools({ one: full, two: full }, place(), () => {});
  expect(served).toHaveLength(48);
  for (const role of Object.values(roles)) {
    const own = [...role.tools.map((name) => tools[name]), ...role.submits].map(toolSpec);
    const offered = [...own, ...served.map(({ spec }) => spec)];
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'Go on.' }] }];
    const call = { system: '', tools: offered, messages, maxTokens: 1 };
    expect(parseModelRequest(call).request.tools).toHaveLength(offered.length);
  }
});

test('of tools that are called alike one is offered', async () => {
  const twice = serving([
    { name: 'a', description: 'first' },
    { name: 'a', description: 'second' },
    { name: 'b__c' },
  ]);
  const served = await servedTools({ x: twice, x__b: serving([{ name: 'c' }]) }, place(), () => {});
  const names = served.map(({ spec }) => spec.name);
  expect(names).toEqual(['mcp__x__add', 'mcp__x__a', 'mcp__x__b__c', 'mcp__x__b__add']);
  expect(served[1]?.spec.description).toBe('first');
});

test('what a server says of its tools holds nothing hidden', async () => {
  const [hidden, esc] = ['\u202e', '\u001b'];
  const properties = { [`a${hidden}`]: { enum: [`x${hidden}`, `y${esc}`], minimum: 1 } };
  const inputSchema = { type: 'object', properties };
  const tool = { name: 'a', description: `Adds.${hidden}`, inputSchema };
  const [, served] = await servedTools({ x: serving([tool]) }, place(), () => {});
  expect(served?.spec).toMatchObject({
    description: 'Adds.<U+202E>',
    schema: { properties: { 'a<U+202E>': { enum: ['x<U+202E>', 'y<U+001B>'], minimum: 1 } } },
  });
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
