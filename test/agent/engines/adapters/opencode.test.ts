import { describe, expect, test } from '@jest/globals';
import { opencode } from '../../../../lib/agent/engines/adapters/opencode.ts';
import { failureOf } from '../../../../lib/agent/engines/engine-failure.ts';
import type { CliEnd } from '../../../../lib/agent/engines/run-cli.ts';
import { jobWith, reading, servers } from '../fixtures/job.ts';

const configOf = (given: Parameters<typeof jobWith>[0]) =>
  JSON.parse(opencode.start(jobWith(given)).env.OPENCODE_CONFIG_CONTENT ?? '');

describe('start', () => {
  test.each([
    ['messages', '@ai-sdk/anthropic', 'http://127.0.0.1:9/anthropic/v1'],
    ['chat-completions', '@ai-sdk/openai-compatible', 'http://127.0.0.1:9/openai/v1'],
    ['responses', '@ai-sdk/openai', 'http://127.0.0.1:9/openai/v1'],
  ] as const)('speaks %s by %s', (wire, npm, baseURL) => {
    const { gateway } = configOf({ wire }).provider;
    expect(gateway).toMatchObject({ npm, options: { baseURL, apiKey: '{env:ENGINE_KEY}' } });
  });

  test('allows by name and denies the rest, so that nothing asks', () => {
    const engine = { name: 'opencode', model: 'm', wires: ['messages'], servers } as const;
    const { permission } = configOf({ engine });
    expect(permission).toMatchObject({ '*': 'deny', bash: 'allow', edit: 'allow' });
    expect(permission['mcp__docs__*']).toBe('allow');
    const read = configOf(reading).permission;
    expect(read).toMatchObject({ '*': 'deny', read: 'allow' });
    expect(read).not.toHaveProperty('bash');
    expect(read).not.toHaveProperty('edit');
    expect(Object.values({ ...permission, ...read })).not.toContain('ask');
  });

  test('keeps its own files in a folder of its own and reads none of the repository', () => {
    const { env, files, args } = opencode.start(jobWith({ resume: 'ses_1' }));
    expect(env).toMatchObject({
      XDG_DATA_HOME: '/tmp/home/data',
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
    });
    expect(files?.['/tmp/home/RULES.md']).toContain('Be brief.');
    expect(args.slice(-2)).toEqual(['--session', 'ses_1']);
  });
});

describe('hear', () => {
  const hear = (event: object) => opencode.hear(JSON.stringify({ sessionID: 'ses_1', ...event }));

  test('reads words, tools and errors', () => {
    expect(hear({ type: 'text', part: { text: 'Hi' } })).toEqual({ session: 'ses_1', said: 'Hi' });
    const state = { status: 'completed', input: { filePath: 'a.js' } };
    expect(hear({ type: 'tool_use', part: { tool: 'edit', state } })).toMatchObject({
      events: [{ kind: 'tool.called', data: { tool: 'edit', path: 'a.js', isError: false } }],
    });
    const error = { name: 'APIError', data: { message: 'Overloaded', statusCode: 529 } };
    expect(hear({ type: 'error', error })).toMatchObject({ fault: 'Overloaded' });
    expect(hear({ type: 'error' })).toMatchObject({ fault: 'it stopped with an error' });
  });

  test.each([
    ['goes on', [{ type: 'step_start' }, { type: 'text', part: { text: 'Done' } }], undefined],
    ['says more', [{ type: 'text', part: { text: 'Done' } }], undefined],
    ['ends', [], { name: 'StageLost' }],
    ['fails again', [{ type: 'step_start' }, { type: 'error' }], { name: 'StageLost' }],
  ])('an error counts unless it %s', (_, events, wanted) => {
    const heard = Object.assign({}, ...[{ type: 'error' }, ...events].map(hear));
    const end = { result: { exitCode: 0, signal: null }, stopped: undefined, errors: '' };
    const failure = failureOf('opencode', end as unknown as CliEnd, heard, undefined);
    if (wanted === undefined) expect(failure).toBeUndefined();
    else expect(failure).toMatchObject(wanted);
  });

  test.each(['', '{', 'note', '{"type":"step_finish","part":{}}', '{"type":7}'])(
    'bears %j',
    (line) => expect(opencode.hear(line)).toBeUndefined(),
  );
});
