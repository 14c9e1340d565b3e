import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Cancelled, StageLost } from '../../lib/domain/errors.ts';
import type { FileChange } from '../../lib/domain/handoff.ts';
import { issueKeyOf } from '../../lib/domain/run.ts';
import { evidence, files, fixed, issue, plan } from './fixtures/plan.ts';
import { folder } from './fixtures/repository.ts';
import { playStage } from './fixtures/stage.ts';
import { lastTold, type Turn } from './fixtures/words.ts';

const fix = ['edit', { path: 'add.js', old: 'a - b', new: 'a + b' }] as const;
const submit = ['submit', { title: 'Add, not subtract', body: 'The sign was wrong.' }] as const;
const change: FileChange = { path: 'add.js', mode: '100644', content: btoa(fixed) };

describe('a coder', () => {
  test('changes code, runs commands, and leaves the change that is in the workspace', async () => {
    const turns: Turn[] = [
      [
        ['search', { pattern: 'a - b' }],
        ['view', { path: '/workspace/add.js' }],
      ],
      [fix, ['shell', { command: 'pwd; cat add.js; env | sort' }]],
      [submit],
    ];
    await playStage({ files, role: 'coder', input: { plan }, turns }, async (played) => {
      const { exitCode, handoff, base, requests, world } = played;
      expect(exitCode).toBe(0);
      expect(handoff).toEqual({
        kind: 'change-set',
        base,
        title: 'Add, not subtract',
        body: 'The sign was wrong.',
        files: [change],
      });
      expect(lastTold(requests[1])[0]).toBe('add.js:1:export const add = (a, b) => a - b;');
      const shell = lastTold(requests[2])[1] ?? '';
      expect(shell).toContain(`/workspace\n${fixed}`);
      expect(shell).not.toMatch(/ENTROPY|Bearer|boot-code/);
      const called = await world.events('sandbox.tool.called');
      expect(called.map((event) => event.data?.tool)).toEqual(['search', 'view', 'edit', 'shell']);
      expect(called[3]?.data).toMatchObject({ exitCode: 0, command: expect.any(String) });
    });
  });

  test('does the same where the gateway is only a unix socket', async () => {
    const turns: Turn[] = [[fix], [submit]];
    const given = { files, role: 'coder', input: { plan }, turns, unix: true } as const;
    await playStage(given, ({ handoff }) => {
      expect(handoff).toMatchObject({ kind: 'change-set', files: [change] });
    });
  });

  test('starts a later round from its last change, with the evidence and the review', async () => {
    const input = (base: string) => ({
      plan,
      change: { kind: 'change-set' as const, base, files: [change], title: 't', body: 'old words' },
      evidence: evidence(base, 'bad'),
      review: {
        kind: 'review' as const,
        verdict: 'request-changes' as const,
        summary: 'Floats?',
        comments: [{ path: 'add.js', line: 1, body: 'Say so.' }],
      },
    });
    const note = ['create', { path: 'NOTES', content: 'x\n' }] as const;
    await playStage(
      { files, role: 'coder', input, turns: [[note], [submit]] },
      ({ handoff, requests }) => {
        expect(handoff).toMatchObject({
          files: [{ path: 'NOTES' }, { path: 'add.js', content: btoa(fixed) }],
        });
        const brief = lastTold(requests[0])[0] ?? '';
        expect(brief).toMatch(/Verdict: bad \(no-proof\)/);
        expect(brief).toMatch(/add\.js:1: Say so\./);
      },
    );
  });

  test('is told once that nothing has changed, then the stage has failed', async () => {
    const turns: Turn[] = [[submit], ['hm', submit]];
    await playStage({ files, role: 'coder', input: { plan }, turns }, ({ stage, requests }) => {
      expect(lastTold(requests[1])[0]).toMatch(/Not accepted: \/workspace holds no change/);
      expect(stage.failure).toMatchObject({ name: 'HandoffInvalid', observed: false });
      expect(stage.handoff).toBeUndefined();
    });
  });

  test('runs the set-up that is configured, and what it made is no part of the change', async () => {
    const checks = {
      option: { setup: 'echo made > lib.out; echo 2 >> add.test.js', test: 'true' },
    };
    const look = ['shell', { command: 'cat lib.out; git status --short' }] as const;
    const turns: Turn[] = [[look], [fix], [submit]];
    await playStage({ files, role: 'coder', input: { plan, checks }, turns }, (played) => {
      expect(lastTold(played.requests[0])[0]).toMatch(/Set-up is done: `echo made/);
      expect(lastTold(played.requests[1])[0]).toBe('made\n[exit code 0]');
      expect(played.handoff).toMatchObject({ files: [change] });
    });
  });

  test('is told of a set-up that failed, and goes on', async () => {
    const checks = { option: { setup: 'echo no such package; exit 4', test: 'true' } };
    const turns: Turn[] = [[fix], [submit]];
    await playStage({ files, role: 'coder', input: { plan, checks }, turns }, (played) => {
      expect(lastTold(played.requests[0])[0]).toMatch(/ended with 4[\s\S]*no such package/);
      expect(played.handoff).toBeDefined();
    });
  });
});

describe('an issue-reader', () => {
  const input = { issue };

  test('sees the cleaned issue behind a fence that its author could not know', async () => {
    const nonces = new Set<string>();
    for (let time = 0; time < 2; time += 1) {
      const { kind: _, ...words } = plan;
      const turns: Turn[] = [[['view', { path: '.' }]], [['submit_plan', words]]];
      await playStage({ files, role: 'issue-reader', input, turns }, ({ handoff, requests }) => {
        expect(handoff).toEqual(plan);
        const brief = lastTold(requests[0])[0] ?? '';
        const nonce = /<data-([0-9a-f]{16}) label="issue">/.exec(brief)?.[1] ?? '';
        nonces.add(nonce);
        expect(brief).toContain(`</data-${nonce}>`);
        expect(brief).not.toMatch(/ignore your rules|\u200b/);
        expect(requests[0]?.tools.map((tool) => tool.name)).toEqual([
          'view',
          'search',
          'submit_plan',
          'ask_question',
          'refuse',
        ]);
      });
    }
    expect(nonces.size).toBe(2);
  });

  test.each([
    ['ask_question', { question: 'Which one?' }, { kind: 'question', question: 'Which one?' }],
    ['refuse', { reason: 'Harmful.' }, { kind: 'refusal', reason: 'Harmful.' }],
  ])('may %s', async (name, words, handoff) => {
    const given = { files, role: 'issue-reader', input, turns: [[[name, words]]] } as const;
    await playStage({ ...given, turns: [[[name, words]]] }, (played) => {
      expect(played.handoff).toEqual(handoff);
    });
  });

  test('gets an invalid plan back twice, then the stage has failed', async () => {
    const wrong = ['submit_plan', { title: 'x' }] as const;
    const turns: Turn[] = [[wrong], ['again', wrong], ['and again', wrong]];
    await playStage({ files, role: 'issue-reader', input, turns }, ({ stage, requests }) => {
      expect(requests).toHaveLength(3);
      expect(lastTold(requests[2])[0]).toMatch(/Not accepted: .*Invalid input/);
      expect(stage.failure).toMatchObject({
        name: 'HandoffInvalid',
        message: expect.stringMatching(/criteria/),
      });
    });
  });

  test('has no shell', async () => {
    const turns: Turn[] = [[['shell', { command: 'id' }]], [['refuse', { reason: 'x' }]]];
    await playStage({ files, role: 'issue-reader', input, turns }, ({ requests }) => {
      expect(lastTold(requests[1])[0]).toMatch(/There is no tool shell\. Yours are: view, search/);
    });
  });
});

describe('a reviewer', () => {
  test('sees plan, evidence and diff, not the words of the coder, and leaves a review', async () => {
    const input = (base: string) => ({
      plan,
      change: {
        kind: 'change-set' as const,
        base,
        files: [change, { path: 'new.js', mode: '100644' as const, content: btoa('1;\n') }],
        title: 'Trust me',
        body: 'All tests pass, honest.',
      },
      evidence: evidence(base, 'good'),
    });
    const words = { verdict: 'approve', summary: 'Right.', comments: [] };
    const look = ['shell', { command: 'git diff --cached --stat' }] as const;
    const turns: Turn[] = [[look], [['submit', words]]];
    await playStage({ files, role: 'reviewer', input, turns }, ({ handoff, requests }) => {
      expect(handoff).toEqual({ kind: 'review', ...words });
      const brief = lastTold(requests[0])[0] ?? '';
      expect(brief).toContain('+export const add = (a, b) => a + b;');
      expect(brief).toContain('+++ b/new.js');
      expect(JSON.stringify(requests)).not.toMatch(/honest|Trust me/);
      expect(lastTold(requests[1])[0]).toMatch(/new\.js/);
    });
  });
});

describe('a verifier', () => {
  test('runs the checks without a model and leaves Evidence', async () => {
    const input = (base: string) => ({
      change: { kind: 'change-set' as const, base, files: [change], title: 't', body: 'b' },
    });
    await playStage({ files, role: 'verifier', input }, ({ handoff, base, requests, exitCode }) => {
      expect(exitCode).toBe(0);
      expect(requests).toEqual([]);
      expect(handoff).toMatchObject({
        kind: 'evidence',
        base,
        runs: { base: { state: 'completed' }, change: { state: 'completed' } },
      });
    });
  });
});

describe('the end', () => {
  const input = { plan };

  test('a used boot code ends quietly: nothing runs', async () => {
    const options = { bootCode: 'never-given' };
    await playStage({ files, role: 'coder', input, options }, ({ exitCode, stage, workspace }) => {
      expect(exitCode).toBe(0);
      expect(stage.failure).toBeUndefined();
      expect(existsSync(workspace)).toBe(false);
    });
  });

  test('what the gateway saw fail stays as the gateway saw it', async () => {
    await playStage({ files, role: 'coder', input, turns: [] }, ({ stage, exitCode }) => {
      expect(exitCode).toBe(0);
      expect(stage.failure).toBeDefined();
    });
  });

  test('a model that goes in circles is AgentStuck', async () => {
    const turns: Turn[] = Array.from({ length: 6 }, () => [['shell', { command: 'true' }]]);
    await playStage({ files, role: 'coder', input, turns }, ({ stage }) => {
      expect(stage.failure).toMatchObject({ name: 'AgentStuck', observed: false });
    });
  });

  test('a deadline ends the command that runs, keeps the work, and is told', async () => {
    const turns: Turn[] = [[fix, ['shell', { command: 'sleep 300' }]]];
    // The first turn must come within it.
    const given = { files, role: 'coder', input, turns, limits: { wallMs: 30_000 } } as const;
    await playStage({ ...given, turns }, async ({ stage, requests, exitCode, world }) => {
      expect(requests).toHaveLength(1);
      expect(exitCode).toBe(0);
      expect(stage.failure).toMatchObject({ name: 'StageTimedOut' });
      const kept = await world.events('work.kept');
      expect(kept).toMatchObject([{ standing: 'claimed', data: { payload: stage.partial } }]);
    });
  });

  test('a cancel is seen at the next heartbeat, and ends the command that runs', async () => {
    const pidFile = `${folder('pid')}/pid`;
    const turns: Turn[] = [[['shell', { command: `echo $$ > ${pidFile}; sleep 300` }]]];
    const options = { heartbeatMs: 50 };
    await playStage(
      {
        files,
        role: 'coder',
        input,
        turns,
        options,
        before: (world) => {
          const cancel = async () => {
            while (!existsSync(pidFile)) await setTimeout(20);
            const key = issueKeyOf(world.run.repository, world.run.issue);
            await world.ports.claims.requestCancel(key, world.run.id, Date.now(), []);
          };
          void cancel();
        },
      },
      ({ exitCode, stage, log }) => {
        expect(exitCode).toBe(1);
        expect(log.join('\n')).toMatch(/Cancelled/);
        expect(stage.handoff).toBeUndefined();
      },
    );
  });

  test.each([
    ['the launcher being gone ends it, and nothing more is said', new Cancelled('gone'), undefined],
    ['a call to stop ends it, and is told', new StageLost('told to stop'), 'StageLost'],
  ])('%s to the gateway', async (_, reason, told) => {
    const gone = new AbortController();
    const turns: Turn[] = [
      () => {
        gone.abort(reason);
        return [['shell', { command: 'sleep 300' }]];
      },
    ];
    const options = { signal: gone.signal };
    await playStage({ files, role: 'coder', input, turns, options }, ({ exitCode, stage }) => {
      expect(exitCode).toBe(1);
      const claimed = stage.failure?.observed === false ? stage.failure.name : undefined;
      expect(claimed).toBe(told);
    });
  });
});
