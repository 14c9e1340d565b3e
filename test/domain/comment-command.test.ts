import { expect, test } from '@jest/globals';
import { commandIn } from '../../lib/domain/comment-command.ts';

test.each([
  ['/entropy', { name: 'run', rest: '' }],
  ['/entropy ', { name: 'run', rest: '' }],
  ['/Entropy STOP\r\n', { name: 'stop', rest: '' }],
  ['/entropy stop now\nplease', { name: 'stop', rest: 'now\nplease' }],
  ['/entropy\tanswer  the first one', { name: 'answer', rest: 'the first one' }],
  ['/entropy\nstop', { name: 'run', rest: 'stop' }],
  ["/entropy don't", { name: "don't", rest: '' }],
  ['/entropy __proto__', { name: '__proto__', rest: '' }],
])('%j is a command', (text, command) => {
  expect(commandIn(text)).toEqual(command);
});

test.each([
  '',
  ' /entropy',
  '\n/entropy',
  '/entropyrun',
  '/entropy: run',
  '> /entropy',
  '`/entropy`',
  'Use /entropy',
])('%j is none', (text) => {
  expect(commandIn(text)).toBeUndefined();
});
