import { join } from 'node:path';
import type { Cli, CliJob, CliStart } from '../cli.ts';
import { cliEngine } from '../cli-engine.ts';

/**
 * Any program: it is given the prompt on standard input and the model by the environment, edits the folder it stands
 * in, and leaves its answer as JSON in a file or on standard output. Nothing else of its output is understood.
 */
export const command: Cli = { name: 'command', wholeOutput: true, start, hear: () => undefined };

/** The engine. */
export const engine = cliEngine(command);

function start(job: CliJob): CliStart {
  const schema = join(job.home, 'answer-schema.json');
  return {
    args: [],
    env: {
      ANTHROPIC_BASE_URL: job.anthropicUrl,
      ANTHROPIC_API_KEY: job.key,
      OPENAI_BASE_URL: job.openaiUrl,
      OPENAI_API_BASE: job.openaiUrl,
      OPENAI_API_KEY: job.key,
      ENGINE_MODEL: job.engine.model,
      ENGINE_WIRES: job.engine.wires.join(' '),
      ENGINE_ANSWER_FILE: job.answerFile,
      ENGINE_ANSWER_SCHEMA: schema,
      ENGINE_HOME: job.home,
    },
    preface: job.system,
    files: { [schema]: JSON.stringify(job.answerSchema) },
  };
}
