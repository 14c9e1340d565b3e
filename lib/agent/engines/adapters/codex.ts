import { join } from 'node:path';
import type { Cli, CliJob, CliStart, Heard } from '../cli.ts';
import { cliEngine } from '../cli-engine.ts';
import { asObject, type Loose, objectIn, objectsIn, textIn, toolFacts } from '../json-line.ts';

/** Codex by `codex exec --json`. Told by 0.169.0. */
export const codex: Cli = { name: 'codex', start, hear };

/** The engine. */
export const engine = cliEngine(codex);

const keyName = 'ENGINE_KEY';

function start(job: CliJob): CliStart {
  const schema = join(job.home, 'answer-schema.json');
  const resume = job.resume === undefined ? [] : ['resume', job.resume];
  return {
    args: [
      ...['exec', ...resume, '--json', '--skip-git-repo-check', '--output-schema', schema],
      // The prompt is on standard input.
      '-',
    ],
    env: { CODEX_HOME: job.home, [keyName]: job.key },
    files: {
      [join(job.home, 'config.toml')]: config(job),
      [schema]: JSON.stringify(job.answerSchema),
    },
  };
}

/** TOML; a JSON string is one of its strings. */
function config({ engine, openaiUrl, system, limits }: CliJob): string {
  const text = JSON.stringify;
  const servers = Object.entries(engine.servers ?? {}).flatMap(([name, { command, env }]) => [
    `[mcp_servers.${text(name)}]`,
    `command = ${text(command[0])}`,
    `args = ${text(command.slice(1))}`,
    ...(env === undefined ? [] : [`env = { ${pairs(env)} }`]),
  ]);
  return [
    `model = ${text(engine.model)}`,
    'model_provider = "gateway"',
    'approval_policy = "never"',
    // Its own sandbox needs namespaces that ours refuses; ours is the boundary.
    'sandbox_mode = "danger-full-access"',
    `developer_instructions = ${text(system)}`,
    'web_search = "disabled"',
    'check_for_update_on_startup = false',
    // What the repository says to agents comes in the prompt, fenced.
    'project_doc_max_bytes = 0',
    ...['[analytics]', 'enabled = false', '[agents]', 'enabled = false', '[features]'],
    ...['plugins', 'apps', 'remote_plugin', 'goals', 'unbounded_connection_retries'].map(
      (name) => `${name} = false`,
    ),
    '[shell_environment_policy]',
    `exclude = [${text(keyName)}]`,
    ...['[model_providers.gateway]', 'name = "gateway"', `base_url = ${text(openaiUrl)}`],
    ...[`env_key = ${text(keyName)}`, 'wire_api = "responses"'],
    ...['request_max_retries = 1', 'stream_max_retries = 1'],
    `stream_idle_timeout_ms = ${limits.idleMs}`,
    ...servers,
    '',
  ].join('\n');
}

function pairs(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join(', ');
}

function hear(line: string): Heard | undefined {
  const event = objectIn(line);
  switch (event?.type) {
    case 'thread.started': {
      const session = textIn(event.thread_id);
      return session === undefined ? undefined : { session };
    }
    case 'item.completed':
      return ofItem(asObject(event.item) ?? {});
    case 'turn.failed':
      return { fault: textIn(asObject(event.error)?.message) ?? 'the turn failed' };
    default:
      return undefined;
  }
}

function ofItem(item: Loose): Heard | undefined {
  const told = (data: Record<string, unknown>): Heard => ({
    events: [{ kind: 'tool.called', data }],
  });
  switch (item.type) {
    case 'agent_message': {
      const said = textIn(item.text);
      return said === undefined ? undefined : { said };
    }
    case 'command_execution': {
      const { exit_code: exitCode } = item;
      return told({ ...toolFacts('shell', item), exitCode, isError: exitCode !== 0 });
    }
    case 'file_change':
      return { events: objectsIn(item.changes).map(changed) };
    case 'mcp_tool_call':
      return told(toolFacts(`mcp__${item.server}__${item.tool}`, item.arguments));
    default:
      return undefined;
  }
}

function changed(change: Loose) {
  return { kind: 'tool.called', data: toolFacts('edit', change) };
}
