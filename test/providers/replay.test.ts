import { describe, expect, test } from '@jest/globals';
import type { LedgerEvent } from '../../lib/domain/ledger.ts';
import type { ModelReply } from '../../lib/domain/model.ts';
import type { StageRecord } from '../../lib/domain/stage.ts';
import { ledgerTurns, replayProvider, scriptedTurns } from '../../lib/providers/replay.ts';
import { callTo, thrown } from './provider-fixture.ts';

const replyThat = (text: string): ModelReply => ({
  content: [{ type: 'text', text }],
  stop: 'end',
  usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1 },
  model: 'scripted-model',
});
const at = (round: number, attempt: number, turn: number) => ({
  run: 'r-new',
  role: 'coder',
  round,
  attempt,
  turn,
});
const call = callTo({ provider: 'replay' });

describe('a script', () => {
  const turns = scriptedTurns({
    version: 1,
    scripted: true,
    turns: [{ role: 'coder', round: 1, turn: 1, reply: replyThat('one') }],
  });

  test('serves a turn whatever the attempt', async () => {
    const provider = replayProvider(turns);
    expect(await provider({ ...call, address: at(1, 3, 1) })).toEqual(replyThat('one'));
  });

  test('names the turn that it lacks', async () => {
    const error = await thrown(replayProvider(turns), { ...call, address: at(2, 1, 1) });
    expect(error).toMatchObject({ name: 'ModelFailed', used: false });
    expect(error.message).toContain('coder, round 2, turn 1');
  });

  test.each([{}, { version: 1, scripted: true, turns: [{ role: 'coder' }] }])(
    'that is not one is refused: %j',
    (script) => {
      expect(() => scriptedTurns(script)).toThrow(
        expect.objectContaining({ name: 'ConfigInvalid' }),
      );
    },
  );
});

describe('a ledger', () => {
  const payloads: Record<string, ModelReply> = {
    lost: replyThat('of the attempt that was lost'),
    first: replyThat('first'),
    second: replyThat('second'),
    later: replyThat('round two'),
  };
  const called = (round: number, attempt: number, turn: number, reply: string) =>
    ({
      kind: 'model.called',
      standing: 'observed',
      data: { role: 'coder', round, attempt, turn, reply },
    }) as unknown as LedgerEvent;
  const ledger = {
    events: async () => [
      called(1, 1, 1, 'lost'),
      called(1, 2, 1, 'first'),
      { kind: 'sandbox.model.called', standing: 'claimed', data: {} } as unknown as LedgerEvent,
      called(1, 2, 3, 'second'),
      called(2, 1, 1, 'later'),
    ],
    payload: async (_run: string, digest: string) => Buffer.from(JSON.stringify(payloads[digest])),
  };
  const stage = (round: number, attempt: number, handoff?: string) =>
    ({ run: 'r-old', role: 'coder', round, attempt, handoff }) as unknown as StageRecord;
  const stages = {
    list: async () => [stage(1, 1), stage(1, 2, 'digest'), stage(2, 1, 'digest')],
  };

  test('gives the turns of the attempts whose handoff was taken, without gaps', async () => {
    const turns = await ledgerTurns(ledger, 'r-old', stages);
    expect(await turns(at(1, 1, 1))).toEqual(payloads.first);
    expect(await turns(at(1, 1, 2))).toEqual(payloads.second);
    expect(await turns(at(1, 1, 3))).toBeUndefined();
    expect(await turns(at(2, 5, 1))).toEqual(payloads.later);
  });
});
