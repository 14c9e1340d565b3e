import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import {
  addRunOptions,
  budget,
  type RunOptions,
  settingsOf,
} from '../../../bin/commands/run-options.ts';
import { type Environment, loadConfig } from '../../../lib/config.ts';
import { defaultBudget } from '../../../lib/domain/budget.ts';

const withKey = { ANTHROPIC_API_KEY: 'k' };

function settings(args: readonly string[], env: Environment = withKey) {
  const command = addRunOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parse(args, { from: 'user' });
  return settingsOf(command.opts<RunOptions>(), loadConfig({ HOME: '/h', ...env }));
}

describe('--budget', () => {
  test.each([
    ['2.50', { dollars: 2.5 }],
    ['$3', { dollars: 3 }],
    ['800k', { tokens: 800_000 }],
    ['2M', { tokens: 2_000_000 }],
    ['1.5M, 40turns', { tokens: 1_500_000, turns: 40 }],
    ['0.5turns', { turns: 1 }],
  ])('%s', (text, expected) => {
    expect(budget(text)).toEqual({ ...defaultBudget, ...expected });
  });

  test.each(['', '0', '-1', 'lots', '1e9', '2.50,', '0turns', '5 dollars'])(
    '%j is refused',
    (text) => {
      expect(() => budget(text)).toThrow(/give dollars \(2\.50\), tokens \(800k, 2M\) or 120turns/);
    },
  );
});

describe('the model', () => {
  test('a key is enough for the default; a base URL means any server that speaks Chat Completions', () => {
    expect(settings([]).model).toEqual({ provider: 'anthropic', model: 'claude-sonnet-5-5' });
    expect(settings(['--base-url', 'http://h/v1', '--model', 'm'], {}).model).toEqual({
      provider: 'openai-compatible',
      model: 'm',
      baseUrl: 'http://h/v1',
    });
    expect(settings(['--provider', 'anthropic', '--base-url', 'http://h']).model.provider).toBe(
      'anthropic',
    );
  });

  test('a role may have its own', () => {
    const found = settings(['--role-model', 'reviewer=a', '--role-model', 'coder=b=c']);
    expect(found.roleModels).toEqual({
      reviewer: { provider: 'anthropic', model: 'a' },
      coder: { provider: 'anthropic', model: 'b=c' },
    });
  });

  test('others may stand in for it, at the same server or elsewhere', () => {
    const env = { ...withKey, OPENAI_API_KEY: 'o' };
    const own = { provider: 'anthropic', model: 'a' };
    const chain = 'a, b, openai:gpt:x, openai-compatible:q@http://h:1/v1';
    expect(settings(['--model', chain], env).model).toEqual({
      ...own,
      fallbacks: [
        { provider: 'anthropic', model: 'b' },
        { provider: 'openai', model: 'gpt:x' },
        { provider: 'openai-compatible', model: 'q', baseUrl: 'http://h:1/v1' },
      ],
    });
    expect(settings(['--model', 'openai:g,anthropic:a'], env).model).toEqual({
      provider: 'openai',
      model: 'g',
      fallbacks: [own],
    });
    const { roleModels } = settings(
      [
        '--base-url=http://h/v1',
        '--model=m,n',
        '--wires=messages',
        '--role-model=coder=anthropic:a,m',
      ],
      env,
    );
    const local = { provider: 'openai-compatible', baseUrl: 'http://h/v1', wires: ['messages'] };
    expect(roleModels.coder).toEqual({ ...own, fallbacks: [{ ...local, model: 'm' }] });
  });

  test.each([
    [['--model', 'a,'], /--model a,: give at most 5 models, separated by commas/],
    [['--model', 'a,b,c,d,e,f'], /at most 5 models/],
    [
      ['--model', 'a,c@http://proxy'],
      /https:\/\/api\.anthropic\.com, http:\/\/proxy, and ANTHROPIC/,
    ],
    [['--model', 'a,openai:g'], /openai needs a key: set OPENAI_API_KEY_FILE/],
    [['--model', 'a,openai-compatible:q'], /openai-compatible needs --base-url URL/],
    [['--role-model', 'coder=a,b@http://u:p@h'], /OPENAI_API_KEY_FILE, not in the URL/],
  ])('a chain like %j is refused', (args, said) => {
    expect(() => settings(args)).toThrow(said);
  });

  test.each([
    [
      ['--role-model', 'boss=x'],
      /ROLE=MODEL or ROLE=PROVIDER:MODEL, ROLE one of issue-reader, coder, reviewer/,
    ],
    [['--role-model', 'coder='], /ROLE=MODEL/],
    [['--base-url', 'localhost:80'], /http or https URL, such as/],
    [['--base-url', 'http://a:b@h'], /by OPENAI_API_KEY_FILE, not in the URL/],
    [['--base-url', 'http://key@h'], /by OPENAI_API_KEY_FILE, not in the URL/],
    [['--base-url', 'http://h'], /needs --base-url URL and --model NAME/],
    [['--provider', 'other'], /Allowed choices are anthropic, bedrock, openai, openai-compatible/],
    [['--sandbox', 'jail'], /Allowed choices are auto, docker, bubblewrap, process/],
  ])('%j is refused', (args, said) => {
    expect(() => settings(args)).toThrow(said);
  });

  test('without a key it says what to set', () => {
    expect(() => settings([], {})).toThrow(/set ANTHROPIC_API_KEY_FILE .*--base-url URL --model/);
  });
});

describe('the engine', () => {
  const server = ['--base-url', 'http://h/v1', '--model', 'm'];

  test('one for all roles, another for one of them, in the order that they stand in', () => {
    const found = settings(['--engine', 'claude-code', '--engine', 'reviewer=opencode']);
    expect(found.engines).toEqual({
      'issue-reader': 'claude-code',
      coder: 'claude-code',
      reviewer: 'opencode',
    });
    expect(settings([])).not.toHaveProperty('engines');
  });

  test('what a server speaks beside is said by --wires, of such a server alone', () => {
    const found = settings([
      ...server,
      '--wires',
      'responses, messages',
      '--engine',
      'coder=codex',
    ]);
    expect(found.model).toMatchObject({ wires: ['responses', 'messages'] });
    expect(found.engines).toEqual({ coder: 'codex' });
    expect(() => settings(['--wires', 'responses'])).toThrow(/--wires is for openai-compatible/);
    expect(() => settings([...server, '--wires', 'morse'])).toThrow(
      /names out of messages, chat-comp/,
    );
  });

  test.each(['claude', 'boss=codex', 'coder=', 'verifier=codex'])('%s is refused', (value) => {
    expect(() => settings(['--engine', value])).toThrow(/NAME or ROLE=NAME.*claude-code, codex/);
  });
});

test('a boundary is chosen unless somebody says otherwise', () => {
  expect(settings([]).sandbox).toBe('auto');
  for (const kind of ['docker', 'bubblewrap', 'process']) {
    expect(settings(['--sandbox', kind]).sandbox).toBe(kind);
  }
});
