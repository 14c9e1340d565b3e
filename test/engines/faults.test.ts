import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { plan } from '../agent/fixtures/plan.ts';
import type { ScriptedConversation } from '../fakes/scripted-model.ts';
import { playEngine } from './fixtures/play-engine.ts';
import { runs } from './fixtures/words.ts';

const table: string[] = [];
afterAll(() => void process.stderr.write(`\n${table.join('\n')}\n`));

/** Short, so that a hang is seen, and long enough for a program to start on a busy machine. */
const idleMs = 60_000;
const engines = [
  ['claude-code', 'messages'],
  ['codex', 'responses'],
  ['opencode', 'chat-completions'],
] as const;

const failing = [
  ['401', { status: 401 }, 'ModelFailed'],
  ['429', { status: 429, retryAfterMs: 10 }, 'ModelFailed'],
  ['500', { status: 500 }, 'ModelFailed'],
  ['529', { status: 529 }, 'ModelFailed'],
  ['cut', 'cut', 'ModelFailed'],
  ['stall', 'stall', 'ModelFailed'],
  ['no answer', 'silence', 'ModelFailed'],
] as const;

describe.each(engines)('%s', (name, wire) => {
  const engine = { name, model: 'claude-sonnet-5-5', wires: [wire] } as const;

  async function ends(fault: string, turns: ScriptedConversation['turns'], limits: object) {
    const when = 'You are the coder';
    const end = await playEngine({
      ...{ engine, role: 'coder', input: { plan }, limits: { idleMs, ...limits } },
      turns: [{ when, turns }],
    });
    const { failure } = end.stage;
    const left = processesOf(end.sandboxId);
    const took = `${Math.round(end.tookMs / 1000)} s`;
    table.push([name, fault, failure?.name, `${end.requests.length} calls`, took].join(' | '));
    expect(left).toEqual([]);
    expect(end.handoff).toBeUndefined();
    return failure;
  }

  test.each(failing)(
    'under %s ends with the named error, and no process is left',
    async (...given) => {
      const [fault, failure, error] = given;
      expect(await ends(fault, [{ failures: [failure] }], {})).toMatchObject({ name: error });
    },
  );

  test('under endless turns ends at the limit', async () => {
    const turns = Array.from({ length: 40 }, (_, n) => runs(name, `echo ${n}`));
    expect(await ends('endless turns', turns, { turns: 5 })).toMatchObject({ name: 'AgentStuck' });
  });

  test('under endless output ends at the limit', async () => {
    const much = { content: [{ type: 'text' as const, text: 'word '.repeat(400_000) }] };
    const failure = await ends('endless output', [much, much], { outputBytes: 500_000 });
    expect(failure).toMatchObject({ name: 'AgentStuck' });
  });
});

/** Processes that still have the sandbox's mark in their environment. */
function processesOf(id: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SANDBOX_ID=${id}`);
      } catch {
        return false;
      }
    });
}
