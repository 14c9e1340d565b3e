import { describe, expect, test } from '@jest/globals';
import { answerIn, answerSchema } from '../../../lib/agent/engines/answer.ts';
import { coder } from '../../../lib/roles/coder.ts';
import { issueReader } from '../../../lib/roles/issue-reader.ts';
import { reviewer } from '../../../lib/roles/reviewer.ts';
import { plan } from '../fixtures/plan.ts';

describe('the form that is asked for', () => {
  test.each([coder, issueReader, reviewer])(
    'of $name is one closed object, all of it required',
    (role) => {
      const schema = answerSchema(role);
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(schema.required).toEqual(Object.keys(schema.properties as object));
      // What only some providers take in a form that they hold a model to.
      expect(JSON.stringify(schema)).not.toMatch(/"(maxLength|minItems|anyOf|oneOf|\$schema)"/);
    },
  );
});

describe('an answer', () => {
  const review = { verdict: 'approve', summary: 'Right.', comments: [] };

  test.each([
    ['whole', JSON.stringify(review)],
    ['in a block', `Here it is, \`{}\` aside:\n\n\`\`\`json\n${JSON.stringify(review)}\n\`\`\`\n`],
    ['in prose', `My verdict: ${JSON.stringify(review)} That is all.`],
  ])('is found %s', (_, text) => {
    expect(answerIn(reviewer, text).input).toEqual(review);
  });

  test('of several kinds is the one that it says, and nulls are left out', () => {
    const { kind, ...words } = plan;
    const { submit, input } = answerIn(issueReader, { ...plan, question: null, reason: null });
    expect([submit.kind, input]).toEqual([kind, words]);
    const asked = answerIn(issueReader, { kind: 'question', question: 'Which?', title: null });
    expect([asked.submit.kind, asked.input]).toEqual(['question', { question: 'Which?' }]);
  });

  test.each([
    [undefined, /no JSON object.*JSON schema/s],
    ['I am done.', /no JSON object/],
    [{ verdict: 'perhaps', summary: 's', comments: [] }, /verdict/],
    [{ verdict: 'approve', summary: '', comments: [] }, /summary/],
  ])('%j is sent back with what is wrong', (left, why) => {
    expect(() => answerIn(reviewer, left)).toThrow(why);
  });
});
