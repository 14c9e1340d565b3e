import { describe, expect, test } from '@jest/globals';
import { watchRepetition } from '../../lib/agent/repetition.ts';

const call = (name: string, input: Record<string, unknown> = {}) => ({
  type: 'tool_use' as const,
  id: 'x',
  name,
  input,
});
const watched = (...names: string[]) => {
  const watch = watchRepetition();
  return names.map((name) => watch(call(name)));
};

describe('watchRepetition', () => {
  test('the third equal call is told, the sixth stopped', () => {
    expect(watched('a', 'a', 'a', 'a', 'a', 'a')).toEqual([
      'none',
      'none',
      'tell',
      'none',
      'none',
      'stop',
    ]);
  });

  test('two calls in turn: told after three rounds, stopped after six', () => {
    const rounds = watched(...Array.from({ length: 12 }, (_, n) => (n % 2 ? 'b' : 'a')));
    expect(rounds.map((said, n) => [said, n + 1]).filter(([said]) => said !== 'none')).toEqual([
      ['tell', 6],
      ['stop', 12],
    ]);
  });

  test('another call in between, or other arguments, begin the count anew', () => {
    expect(watched('a', 'a', 'b', 'a', 'a', 'c')).not.toContain('tell');
    const watch = watchRepetition();
    const edits = [1, 2, 3, 4, 5, 6].map((n) => watch(call('edit', { n })));
    expect(new Set(edits)).toEqual(new Set(['none']));
  });

  test('the order of arguments does not matter', () => {
    const watch = watchRepetition();
    watch(call('a', { x: 1, y: 2 }));
    watch(call('a', { y: 2, x: 1 }));
    expect(watch(call('a', { x: 1, y: 2 }))).toBe('tell');
  });
});
