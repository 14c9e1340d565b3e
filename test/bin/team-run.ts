import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ScriptedConversation,
  type ScriptedRequest,
  startScriptedModel,
} from '../fakes/scripted-model.ts';
import { type Desk, type Ended, outcomeOf, type Started } from './command-line.ts';
import { issueText, repositoryAt } from './sums.ts';

/** The two protocols that a model's turns come over. */
export const wires = ['anthropic', 'openai-compatible'] as const;
export type WireName = (typeof wires)[number];
/** The providers whose server can be another than their own. */
export const servers = ['anthropic', 'bedrock', 'openai', 'openai-compatible'] as const;
export type ModelServer = (typeof servers)[number];

/** A key that no pattern of a redactor knows, so that only keeping it out keeps it out. */
export const modelKey = 'quiet-harbour-lantern-4417';

const awsRole = {
  AWS_REGION: 'eu-north-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: modelKey,
};

/** A model server with a script, and what the command line needs to talk to it. */
export interface Team {
  readonly requests: readonly ScriptedRequest[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Serves the conversations as one of the providers does. */
export async function teamOver(
  server: ModelServer,
  turns: readonly ScriptedConversation[],
): Promise<Team> {
  const { anthropicUrl, openaiUrl, requests, close } = await startScriptedModel({ turns });
  const asked = (url: string, model: string) => ['--base-url', url, '--model', model];
  const setting = {
    anthropic: {
      args: ['--provider', 'anthropic', '--base-url', anthropicUrl],
      env: { ANTHROPIC_API_KEY: modelKey },
    },
    bedrock: {
      args: ['--provider', 'bedrock', ...asked(anthropicUrl, 'anthropic.a-model-v1:0')],
      env: awsRole,
    },
    openai: {
      args: ['--provider', 'openai', ...asked(openaiUrl, 'a-model')],
      env: { OPENAI_API_KEY: modelKey },
    },
    'openai-compatible': { args: asked(openaiUrl, 'a-model'), env: { OPENAI_API_KEY: modelKey } },
  }[server];
  return { requests, close, ...setting };
}

/** What a run is started with; what is left out is the usual. */
export interface RunRequest {
  readonly turns: readonly ScriptedConversation[];
  readonly wire?: ModelServer;
  /** The repository; where it is left out, `sums` is put into a new folder. */
  readonly repo?: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** How the command line is started; `node bin/entropy.ts` where it is left out. */
  readonly argv?: readonly string[];
}

/** A run that goes on. */
export interface RunStarted extends Started {
  readonly repo: string;
  readonly team: Team;
}

/** Starts `entropy run --json` without a boundary around the sandbox. */
export async function startRun(at: Desk, request: RunRequest): Promise<RunStarted> {
  const repo = request.repo ?? repositoryAt(join(at.root, `sums-${crypto.randomUUID()}`));
  const team = await teamOver(request.wire ?? 'anthropic', request.turns);
  const issue = join(at.root, 'bug.md');
  writeFileSync(issue, issueText);
  const args = ['run', '--repo', repo, '--issue', issue, '--yes', '--json'];
  const more = ['--sandbox', 'process', ...team.args, ...(request.args ?? [])];
  const env = { ...team.env, ...request.env };
  const started = at.start([...args, ...more], env, request.argv);
  return { ...started, repo, team };
}

/** The same, to its end. */
export async function runToEnd(at: Desk, request: RunRequest) {
  const { ended, repo, team } = await startRun(at, request);
  const end: Ended = await ended;
  await team.close();
  return { ...end, repo, requests: team.requests, outcome: outcomeOf(end) };
}
