import { describe, expect, test } from '@jest/globals';
import { ConfigInvalid, ModelFailed } from '../../lib/domain/errors.ts';
import {
  chained,
  chainFailed,
  chainOf,
  chainText,
  isUnavailable,
  linksFrom,
  modelNamed,
  nameOf,
} from '../../lib/domain/model-chain.ts';
import type { ModelChoice } from '../../lib/domain/run.ts';

const [a, b, c] = (['a', 'b', 'c'] as const).map(
  (model): ModelChoice => ({ provider: 'anthropic', model }),
) as [ModelChoice, ModelChoice, ModelChoice];
const chain = chained([a, b, c]);

test('a chain is a choice with what stands in for it, and one model a choice as it is', () => {
  expect(chain).toEqual({ ...a, fallbacks: [b, c] });
  expect(chained([a])).toEqual(a);
  expect(chainOf(chain)).toEqual([a, b, c]);
  expect(chainOf(a)).toEqual([a]);
  expect(chainText(chain)).toBe('anthropic:a, else anthropic:b, else anthropic:c');
  expect(chainText(a)).toBe('anthropic:a');
});

test.each([
  [undefined, [0, 1, 2]],
  [1, [1, 2, 0]],
  [2, [2, 0, 1]],
])(
  'from place %j on each is asked once, knowing those that are asked after it',
  (place, places) => {
    const links = linksFrom(chain, place);
    expect(links.map((link) => link.place)).toEqual(places);
    expect(links.map(({ choice }) => chainOf(choice).map(({ model }) => model))).toEqual(
      places.map((_, n) => places.slice(n).map((at) => ['a', 'b', 'c'][at])),
    );
  },
);

test.each([
  ['claude-x', { model: 'claude-x' }],
  ['openai:gpt:x', { provider: 'openai', model: 'gpt:x' }],
  ['qwen:30b', { model: 'qwen:30b' }],
  ['openai:', { model: 'openai:' }],
  ['replay:x', { model: 'replay:x' }],
])('%s names a model, and its provider where it has one', (text, named) => {
  expect(modelNamed(text)).toEqual(named);
  if ('provider' in named) expect(nameOf(named as ModelChoice)).toBe(text);
});

describe('a failure', () => {
  const refusal = { status: 529, said: 'Overloaded' };
  const one = new ModelFailed('overloaded', { used: false, unavailable: true, refusal });
  const two = new ModelFailed('cut', { unavailable: true });

  test('lets another take the call only where it says so', () => {
    expect([one, two, new ModelFailed('no'), new ConfigInvalid('no')].map(isUnavailable)).toEqual([
      ...[true, true, false, false],
    ]);
  });

  test('of one model stays what it is; of several it names each', () => {
    expect(chainFailed([{ choice: a, failure: one }], one)).toBe(one);
    const both = chainFailed(
      [
        { choice: b, failure: two },
        { choice: a, failure: one },
      ],
      one,
    );
    const said = 'no model of the chain took the call. anthropic:b: cut; anthropic:a: overloaded';
    expect(both).toMatchObject({ name: 'ModelFailed', message: said, used: false });
    expect(both.refusal).toEqual({ status: 529, said });
  });
});
