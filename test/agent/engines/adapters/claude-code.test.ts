import { describe, expect, test } from '@jest/globals';
import { claudeCode } from '../../../../lib/agent/engines/adapters/claude-code.ts';
import { jobWith, reading, servers } from '../fixtures/job.ts';

/** The value that follows a flag. */
function flagValue(args: readonly string[], flag: string): string | undefined {
  return args[args.indexOf(flag) + 1];
}

describe('start', () => {
  test('takes only what the rules give: no settings, no prompts, few retries, no traffic but to the model', () => {
    const { args, env, files } = claudeCode.start(jobWith());
    expect(flagValue(args, '--setting-sources')).toBe('');
    expect(flagValue(args, '--permission-prompts')).toBe('none');
    expect(flagValue(args, '--max-turns')).toBe('100');
    expect(args).toContain('--strict-mcp-config');
    expect(args).not.toContain('--mcp-config');
    expect(files).toBeUndefined();
    expect(args.join(' ')).not.toContain('door-key');
    expect(env).toMatchObject({
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9/anthropic',
      ANTHROPIC_API_KEY: 'door-key',
      ANTHROPIC_DEFAULT_HAIKU_MODEL: 'a-model',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '2',
      CLAUDE_CONFIG_DIR: '/tmp/home',
    });
  });

  test('gives a reader no tool that changes or runs anything', () => {
    const tools = flagValue(claudeCode.start(jobWith(reading)).args, '--tools');
    expect(tools).toBe('Read,Glob,Grep');
    expect(flagValue(claudeCode.start(jobWith()).args, '--tools')).toBe(
      'Read,Glob,Grep,Bash,Write,Edit',
    );
  });

  test('goes on with a conversation, and names the tool servers of the rules', () => {
    const engine = { name: 'claude-code', model: 'm', wires: ['messages'], servers } as const;
    const { args, files } = claudeCode.start(jobWith({ engine, resume: 'abc' }));
    expect(flagValue(args, '--resume')).toBe('abc');
    expect(flagValue(args, '--allowedTools')).toMatch(/,mcp__docs$/);
    const config = JSON.parse(files?.[flagValue(args, '--mcp-config') ?? ''] ?? '');
    expect(config).toEqual({
      mcpServers: {
        docs: { type: 'stdio', command: 'npx', args: ['docs', '--quiet'], env: { LEVEL: '1' } },
      },
    });
  });
});

describe('hear', () => {
  const hear = (event: object) => claudeCode.hear(JSON.stringify(event));

  test('reads the session, words, tool calls and retries, whatever the order of their keys', () => {
    expect(hear({ session_id: 's1', subtype: 'init', type: 'system' })).toEqual({ session: 's1' });
    expect(hear({ type: 'system', subtype: 'api_retry', attempt: 1, error_status: 529 })).toEqual({
      events: [{ kind: 'engine.retried', data: { attempt: 1, status: 529 } }],
    });
    const content = [
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', name: 'Bash', input: { command: 'x'.repeat(500) } },
    ];
    expect(hear({ type: 'assistant', message: { content } })).toEqual({
      said: 'I look.',
      events: [{ kind: 'tool.called', data: { tool: 'Bash', command: 'x'.repeat(200) } }],
    });
  });

  test('takes an error for one, though its subtype says success', () => {
    const event = { type: 'result', subtype: 'success', is_error: true, result: 'Invalid API key' };
    expect(hear(event)).toMatchObject({ fault: 'Invalid API key' });
    const over = { type: 'result', subtype: 'error_max_turns', is_error: true, errors: ['max'] };
    expect(hear(over)).toEqual({ exhausted: true, fault: 'max' });
  });

  test('takes the typed answer', () => {
    const structured_output = { title: 't', body: 'b' };
    const event = { type: 'result', subtype: 'success', is_error: false, structured_output };
    expect(hear({ ...event, result: 'done' })).toEqual({ said: 'done', answer: structured_output });
  });

  test.each(['', 'a note', '{"type":', '[1]', '{"type":"assistant"}', '{"type":"new"}', 'null'])(
    'bears %j',
    (line) => {
      const heard = claudeCode.hear(line);
      expect(heard === undefined || heard.events?.length === 0).toBe(true);
    },
  );
});
