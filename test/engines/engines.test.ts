import { afterAll, describe, expect, test } from '@jest/globals';
import type { EngineChoice, EngineName } from '../../lib/domain/engine.ts';
import type { Wire } from '../../lib/domain/wire-names.ts';
import { evidence, fixed, issue, plan } from '../agent/fixtures/plan.ts';
import { playEngine } from './fixtures/play-engine.ts';
import { agent, answers, pairs, runs } from './fixtures/words.ts';

const change = { path: 'add.js', mode: '100644', content: btoa(fixed) } as const;
const mend = "sed -i 's/a - b/a + b/' add.js";
const table: string[] = [];
afterAll(() => void process.stderr.write(`\n${table.join('\n')}\n`));

function choice(name: EngineName, wire: Wire): EngineChoice {
  const model = 'claude-sonnet-5-5';
  const command = `exec "${process.execPath}" "${agent}"`;
  return { name, model, wires: [wire], ...(name === 'command' ? { command } : {}) };
}

/** One row of the table that the suite prints. */
function row(...cells: readonly (string | number)[]): void {
  table.push(cells.map((cell, n) => String(cell).padEnd([14, 18, 14, 10, 20][n] ?? 0)).join(''));
}

describe.each(pairs)('%s over %s', (name, wire) => {
  const engine = choice(name, wire);

  test('as the coder leaves what is in the folder', async () => {
    const turns = [
      runs(name, mend),
      ...answers(name, { title: 'Add, not subtract', body: 'The sign was wrong.' }),
    ];
    const end = await playEngine({
      ...{ engine, role: 'coder', input: { plan } },
      turns: [{ when: 'You are the coder', turns }],
    });
    row(name, wire, 'coder', `${end.requests.length} calls`, end.stage.failure?.name ?? 'left');
    expect(end.stage.failure).toBeUndefined();
    expect(end.handoff).toEqual({
      ...{ kind: 'change-set', base: end.base, files: [change] },
      ...{ title: 'Add, not subtract', body: 'The sign was wrong.' },
    });
    expect(end.requests).toHaveLength(turns.length);
  });

  test('as the issue-reader leaves a plan, the second time in its form', async () => {
    const { kind, ...words } = plan;
    const whole = { kind, ...words, question: null, reason: null };
    const end = await playEngine({
      ...{ engine, role: 'issue-reader', input: { issue } },
      turns: readings(name, { ...whole, criteria: [] }, whole),
    });
    row(
      name,
      wire,
      'issue-reader',
      `${end.requests.length} calls`,
      end.stage.failure?.name ?? 'left',
    );
    expect(end.stage.failure).toBeUndefined();
    expect(end.handoff).toEqual(plan);
    expect(JSON.stringify(end.requests.at(-1)?.body)).toContain('Not accepted');
  });

  test('as the reviewer leaves a review of the change', async () => {
    const review = { verdict: 'approve', summary: 'Right.', comments: [] };
    const end = await playEngine({
      ...{ engine, role: 'reviewer' },
      input: (base) => ({
        plan,
        change: { kind: 'change-set', base, files: [change], title: 't', body: 'b' },
        evidence: evidence(base, 'good'),
      }),
      turns: [
        {
          when: 'You review a change',
          turns: [runs(name, 'git diff --cached --stat'), ...answers(name, review)],
        },
      ],
    });
    row(name, wire, 'reviewer', `${end.requests.length} calls`, end.stage.failure?.name ?? 'left');
    expect(end.stage.failure).toBeUndefined();
    expect(end.handoff).toEqual({ kind: 'review', ...review });
    expect(JSON.stringify(end.requests.at(-1)?.body)).toContain('add.js | 2');
  });
});

/** A command has no conversation to go on with: its second try is one of its own. */
function readings(name: EngineName, first: object, second: object) {
  const when = 'You read one issue';
  if (name !== 'command') {
    return [{ when, turns: [...answers(name, first), ...answers(name, second)] }];
  }
  return [first, second].map((answer) => ({ when, turns: answers(name, answer) }));
}
