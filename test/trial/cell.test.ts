import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type ScriptedTurn, startScriptedModel } from '../fakes/scripted-model.ts';
import { trialCases } from './cases.ts';
import { runCell } from './cell.ts';
import { summaryOf, tableOf } from './table.ts';

const says = (text: string): ScriptedTurn => ({ content: [{ type: 'text', text }] });
const plan = {
  decision: 'plan',
  reason: '',
  title: 'Write one without the s',
  summary: 'plural(1, "file") gives "1 files".',
  files: ['src/plural.js'],
  examples: [],
  criteria: ['plural(1, "file") is "1 file"'],
  testStrategy: 'The test in test/plural.test.js fails today.',
};
const review = { summary: 'It does what the plan asks.', comments: [], verdict: 'approve' };

/** What the case's own test shows, and whether the hidden test agrees. */
const changes = {
  right: ["count + ' ' + noun + (count === 1 ? '' : 's')", 'passed'],
  wrong: ["count === 1 ? '1 file' : count + ' ' + noun + 's'", 'failed'],
} as const;

test.each(Object.entries(changes))(
  'a %s change with green checks is judged by the hidden test',
  async (_name, [expression, hidden]) => {
    const code = `\`\`\`js src/plural.js\nexport function plural(count, noun) {\n  return ${expression};\n}\n\`\`\``;
    const server = await startScriptedModel({
      turns: [
        { when: 'You read one issue', turns: [says(JSON.stringify(plan))] },
        { when: 'You are the coder', turns: [says(code)] },
        { when: 'You review a change', turns: [says(JSON.stringify(review))] },
      ],
    });
    const [plural] = trialCases().filter((one) => one.name === 'plural');
    if (plural === undefined) throw new Error('no such case');
    const cell = await runCell(plural, 1, {
      baseUrl: server.openaiUrl,
      model: 'a-model',
      strategy: 'rewrite',
      sandbox: 'process',
      work: mkdtempSync(join(tmpdir(), 'trial-cell-')),
    });
    await server.close();
    expect(cell).toMatchObject({
      case: 'plural',
      outcome: 'handed-over',
      error: null,
      evidence: 'good',
      hidden,
      falseSuccess: hidden === 'failed',
      ledger: 'verified',
      turns: 3,
    });
    expect(tableOf([cell])).toContain(`| ${hidden} |`);
    expect(summaryOf([cell])).toContain(
      `1 handed over (1 with good Evidence), ${hidden === 'failed' ? 1 : 0} false successes`,
    );
  },
);
