import { describe, expect, test } from '@jest/globals';
import { codex } from '../../../../lib/agent/engines/adapters/codex.ts';
import { jobWith, servers } from '../fixtures/job.ts';

describe('start', () => {
  const engine = { name: 'codex', model: 'a-model', wires: ['responses'], servers } as const;
  const { args, env, files = {} } = codex.start(jobWith({ engine }));
  const config = files['/tmp/home/config.toml'] ?? '';

  test('keeps the key out of arguments, settings and the environment of commands', () => {
    expect(JSON.stringify([args, files])).not.toContain('door-key');
    expect(env).toEqual({ CODEX_HOME: '/tmp/home', ENGINE_KEY: 'door-key' });
    expect(config).toContain('[shell_environment_policy]\nexclude = ["ENGINE_KEY"]');
  });

  test('asks nobody, sends nothing elsewhere, retries little', () => {
    expect(config).toContain('approval_policy = "never"');
    expect(config).toContain('[analytics]\nenabled = false');
    expect(config).toContain('unbounded_connection_retries = false');
    expect(config).toContain('request_max_retries = 1\nstream_max_retries = 1');
    expect(config).toContain('base_url = "http://127.0.0.1:9/openai/v1"');
    expect(config).toContain('developer_instructions = "You are \\"the coder\\".\\nBe brief."');
  });

  test('names the tool servers of the rules, and goes on with a thread', () => {
    expect(config).toContain(
      '[mcp_servers."docs"]\ncommand = "npx"\nargs = ["docs","--quiet"]\nenv = { LEVEL = "1" }',
    );
    expect(codex.start(jobWith({ resume: 't1' })).args.slice(0, 3)).toEqual([
      'exec',
      'resume',
      't1',
    ]);
  });
});

describe('hear', () => {
  const hear = (event: object) => codex.hear(JSON.stringify(event));
  const item = (given: object) => hear({ type: 'item.completed', item: given });

  test('reads the thread, messages, commands, changed files and tool servers', () => {
    expect(hear({ type: 'thread.started', thread_id: 't1' })).toEqual({ session: 't1' });
    expect(item({ type: 'agent_message', text: '{}' })).toEqual({ said: '{}' });
    expect(item({ type: 'command_execution', command: 'ls', exit_code: 2 })).toEqual({
      events: [
        { kind: 'tool.called', data: { tool: 'shell', command: 'ls', exitCode: 2, isError: true } },
      ],
    });
    expect(item({ type: 'file_change', changes: [{ path: 'a', kind: 'add' }] })).toEqual({
      events: [{ kind: 'tool.called', data: { tool: 'edit', path: 'a' } }],
    });
    expect(item({ type: 'mcp_tool_call', server: 'docs', tool: 'find' })).toEqual({
      events: [{ kind: 'tool.called', data: { tool: 'mcp__docs__find' } }],
    });
  });

  test('takes only a failed turn for a failure: an error item may be a warning', () => {
    expect(item({ type: 'error', message: 'no such model' })).toBeUndefined();
    expect(hear({ type: 'error', message: 'Reconnecting... 1/5' })).toBeUndefined();
    expect(hear({ type: 'turn.failed', error: { message: 'unauthorized' } })).toEqual({
      fault: 'unauthorized',
    });
  });

  test.each(['', '{', '{"type":"item.completed"}', '{"type":"thread.started"}', 'note'])(
    'bears %j',
    (line) => expect(codex.hear(line)).toBeUndefined(),
  );
});
