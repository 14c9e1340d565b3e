import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type ScriptedTurn, startScriptedModel } from '../fakes/scripted-model.ts';
import { trialCases } from './cases.ts';
import { runEngine } from './engine-cell.ts';
import { engineTable, isClean } from './engine-table.ts';

const says = (words: object): ScriptedTurn => ({
  content: [{ type: 'text', text: JSON.stringify(words) }],
});
const plan = {
  kind: 'plan',
  title: 'Write one without the s',
  summary: 'plural(1, "file") gives "1 files".',
  files: ['src/plural.js'],
  criteria: ['plural(1, "file") is "1 file"'],
  excerpts: [],
  testStrategy: 'The test in test/plural.test.js fails today.',
  question: null,
  reason: null,
};
const source =
  "export function plural(count, noun) {\n  return count + ' ' + noun + (count === 1 ? '' : 's');\n}";
const edits: ScriptedTurn = {
  content: [
    {
      type: 'tool_use',
      name: 'shell',
      input: { command: `cat > src/plural.js <<'END'\n${source}\nEND` },
    },
  ],
};
const change = { title: 'Write one without the s', body: 'The test passes.' };
const review = { verdict: 'approve', summary: 'It does what the plan asks.', comments: [] };

async function cellOf(coder: readonly ScriptedTurn[]) {
  const server = await startScriptedModel({
    turns: [
      { when: 'You read one issue', turns: [says(plan)] },
      { when: 'You are the coder', turns: coder },
      { when: 'You review a change', turns: [says(review)] },
    ],
  });
  const plural = trialCases().find((one) => one.name === 'plural');
  if (plural === undefined) throw new Error('no such case');
  const cell = await runEngine('command', plural, {
    baseUrl: server.openaiUrl,
    model: 'a-model',
    sandbox: 'process',
    limitMs: 10 * 60_000,
    work: mkdtempSync(join(tmpdir(), 'trial-engine-')),
  });
  await server.close();
  return cell;
}

test('a run without a fault of the wire has no protocol error', async () => {
  const cell = await cellOf([edits, says(change)]);
  expect(cell).toMatchObject({
    engine: 'command',
    wires: ['/v1/chat/completions'],
    outcome: 'handed-over',
    error: null,
    stages: ['issue-reader', 'coder', 'reviewer'],
    calls: 4,
    givenUp: 0,
    protocolErrors: [],
    ledger: 'verified',
    hidden: 'passed',
  });
  expect(isClean(cell)).toBe(true);
  expect(engineTable([cell])).toContain('1 runs, 0 protocol errors, 0 without a named end');
});

test("a server's refusal is seen at the server, at the gateway and at the door", async () => {
  const cell = await cellOf([{ failures: [{ status: 400, message: 'no such tool' }] }]);
  expect(cell.outcome).toBe('failed');
  expect(cell.protocolErrors).toEqual([
    expect.stringMatching(/^server: \/v1\/chat\/completions 400: .*no such tool/),
    expect.stringMatching(/^gateway: .*no such tool/),
    'door: 1 of 1 calls refused or broken off',
  ]);
  expect(isClean(cell)).toBe(false);
  expect(engineTable([cell])).toContain('no such tool');
});
