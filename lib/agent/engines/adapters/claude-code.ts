import { join } from 'node:path';
import type { ClaimedEvent } from '../../teller.ts';
import type { Cli, CliJob, CliStart, Heard } from '../cli.ts';
import { cliEngine } from '../cli-engine.ts';
import { asObject, type Loose, objectIn, objectsIn, textIn, toolFacts } from '../json-line.ts';

/** Claude Code in print mode, with streamed JSON. Told by 2.1.330. */
export const claudeCode: Cli = { name: 'claude-code', start, hear };

/** The engine. */
export const engine = cliEngine(claudeCode);

function start(job: CliJob): CliStart {
  const servers = Object.keys(job.engine.servers ?? {});
  const tools = [
    ...['Read', 'Glob', 'Grep'],
    ...(job.may.run ? ['Bash'] : []),
    ...(job.may.write ? ['Write', 'Edit'] : []),
  ];
  const config = join(job.home, 'mcp.json');
  return {
    args: [
      ...['-p', '--output-format', 'stream-json', '--verbose', '--model', job.engine.model],
      ...['--tools', tools.join(',')],
      ...['--allowedTools', [...tools, ...servers.map((name) => `mcp__${name}`)].join(',')],
      ...['--permission-prompts', 'none', '--max-turns', String(job.limits.turns)],
      // Nothing of the user's or the repository's own settings; servers are those of the rules alone.
      ...['--setting-sources', '', '--strict-mcp-config'],
      ...(servers.length === 0 ? [] : ['--mcp-config', config]),
      ...['--append-system-prompt', job.system],
      ...['--json-schema', JSON.stringify(job.answerSchema)],
      ...(job.resume === undefined ? [] : ['--resume', job.resume]),
    ],
    env: environment(job),
    ...(servers.length === 0 ? {} : { files: { [config]: mcpConfig(job) } }),
  };
}

function environment({ anthropicUrl, key, home, engine, limits }: CliJob): Record<string, string> {
  const { model } = engine;
  return {
    ANTHROPIC_BASE_URL: anthropicUrl,
    ANTHROPIC_API_KEY: key,
    // The gateway takes the role's model alone, also for what a smaller one would do.
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
    ANTHROPIC_SMALL_FAST_MODEL: model,
    CLAUDE_CONFIG_DIR: home,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_MAX_RETRIES: '2',
    API_TIMEOUT_MS: String(limits.idleMs),
    BASH_DEFAULT_TIMEOUT_MS: String(limits.commandMs),
    BASH_MAX_TIMEOUT_MS: String(limits.commandMs),
  };
}

function mcpConfig({ engine }: CliJob): string {
  const servers = Object.entries(engine.servers ?? {}).map(([name, { command, env }]) => {
    const [program, ...args] = command;
    return [name, { type: 'stdio', command: program, args, env: env ?? {} }];
  });
  return JSON.stringify({ mcpServers: Object.fromEntries(servers) });
}

function hear(line: string): Heard | undefined {
  const event = objectIn(line);
  switch (event?.type) {
    case 'system':
      return ofSystem(event);
    case 'assistant':
      return ofAssistant(event);
    case 'result':
      return ofResult(event);
    default:
      return undefined;
  }
}

function ofSystem(event: Loose): Heard | undefined {
  const session = textIn(event.session_id);
  if (event.subtype === 'init') return session === undefined ? undefined : { session };
  if (event.subtype !== 'api_retry') return undefined;
  const { attempt, error_status: status } = event;
  return { events: [{ kind: 'engine.retried', data: { attempt, status } }] };
}

function ofAssistant(event: Loose): Heard {
  const blocks = objectsIn(asObject(event.message)?.content);
  const events: ClaimedEvent[] = blocks
    .filter(({ type }) => type === 'tool_use')
    .map(({ name, input }) => ({ kind: 'tool.called', data: toolFacts(name, input) }));
  const said = textIn(blocks.findLast(({ type }) => type === 'text')?.text);
  return { events, ...(said === undefined ? {} : { said }) };
}

/** An error may come as subtype `success`; `is_error` tells. */
function ofResult(event: Loose): Heard {
  const said = textIn(event.result);
  const answer = asObject(event.structured_output);
  const failed = event.is_error === true || event.subtype !== 'success';
  const reasons = Array.isArray(event.errors) ? event.errors.map(String).join('; ') : '';
  return {
    ...(said === undefined ? {} : { said }),
    ...(answer === undefined ? {} : { answer }),
    ...(event.subtype === 'error_max_turns' ? { exhausted: true } : {}),
    ...(failed ? { fault: said ?? (reasons || String(event.subtype)) } : {}),
  };
}
