import { join } from 'node:path';
import type { Wire } from '../../../domain/wire-names.ts';
import type { Cli, CliJob, CliStart, Heard } from '../cli.ts';
import { cliEngine } from '../cli-engine.ts';
import { asObject, objectIn, textIn, toolFacts } from '../json-line.ts';

/** opencode by `opencode run --format json`. Told by 1.18.33. */
export const opencode: Cli = { name: 'opencode', start, hear };

/** The engine. */
export const engine = cliEngine(opencode);

/** Its clients of the protocols, all of which it brings. */
const clients: Record<Wire, string> = {
  messages: '@ai-sdk/anthropic',
  'chat-completions': '@ai-sdk/openai-compatible',
  responses: '@ai-sdk/openai',
};
const keyName = 'ENGINE_KEY';

function start(job: CliJob): CliStart {
  const rules = join(job.home, 'RULES.md');
  const folder = (name: string) => join(job.home, name);
  return {
    args: [
      ...['run', '--format', 'json'],
      ...(job.resume === undefined ? [] : ['--session', job.resume]),
    ],
    env: {
      [keyName]: job.key,
      XDG_CONFIG_HOME: folder('config'),
      XDG_DATA_HOME: folder('data'),
      XDG_CACHE_HOME: folder('cache'),
      XDG_STATE_HOME: folder('state'),
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config(job, rules)),
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_CLAUDE_CODE: '1',
    },
    files: { [rules]: job.system },
  };
}

function config(job: CliJob, rules: string): object {
  const { engine, wire, limits } = job;
  const model = `gateway/${engine.model}`;
  const servers = Object.entries(engine.servers ?? {}).map(([name, { command, env }]) => {
    return [`mcp__${name}_`, { type: 'local', command, environment: env ?? {}, enabled: true }];
  });
  return {
    autoupdate: false,
    share: 'disabled',
    model,
    small_model: model,
    enabled_providers: ['gateway'],
    provider: {
      gateway: {
        npm: clients[wire],
        options: {
          baseURL: wire === 'messages' ? `${job.anthropicUrl}/v1` : job.openaiUrl,
          apiKey: `{env:${keyName}}`,
          timeout: limits.idleMs,
        },
        models: {
          [engine.model]: { tool_call: true, limit: { context: 128_000, output: 16_000 } },
        },
      },
    },
    permission: permission(job),
    instructions: [rules],
    // A title for a conversation that nobody will look for would cost a turn.
    agent: { title: { disable: true } },
    mcp: Object.fromEntries(servers),
  };
}

/** Nothing asks: without a person a question is a refusal that ends the run. */
function permission({ may, engine }: CliJob): Record<string, string> {
  const allowed = ['read', 'glob', 'grep', 'list', 'todowrite', 'todoread'];
  const run = may.run ? ['bash', 'external_directory'] : [];
  const servers = Object.keys(engine.servers ?? {}).map((name) => `mcp__${name}__*`);
  const names = [...allowed, ...run, ...(may.write ? ['edit', 'write'] : []), ...servers];
  return { '*': 'deny', ...Object.fromEntries(names.map((name) => [name, 'allow'])) };
}

/** It tells of an error that it then gets over, by a shorter conversation say. */
const recovered = { fault: undefined };

function hear(line: string): Heard | undefined {
  const event = objectIn(line);
  const id = textIn(event?.sessionID);
  const session = id === undefined ? {} : { session: id };
  const part = asObject(event?.part) ?? {};
  switch (event?.type) {
    case 'step_start':
      return { ...session, ...recovered };
    case 'text': {
      const said = textIn(part.text);
      return { ...session, ...recovered, ...(said === undefined ? {} : { said }) };
    }
    case 'tool_use': {
      const state = asObject(part.state) ?? {};
      const data = { ...toolFacts(part.tool, state.input), isError: state.status === 'error' };
      return { ...session, events: [{ kind: 'tool.called', data }] };
    }
    case 'error': {
      const error = asObject(event.error);
      const said = textIn(asObject(error?.data)?.message) ?? textIn(error?.name);
      return { ...session, fault: said ?? 'it stopped with an error' };
    }
    default:
      return undefined;
  }
}
