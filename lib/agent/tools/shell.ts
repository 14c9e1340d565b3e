import * as z from 'zod';
import { realCommand, shown } from './paths.ts';
import { defineTool } from './tool.ts';

/** Bytes of a command's output that the model sees. */
const outputLimit = 20_000;

/** Runs a command line in a process group of its own; nothing it starts outlives it. */
export const shell = defineTool({
  name: 'shell',
  description:
    'Run a shell command in /workspace. Each call is a new shell: folder and variables do not carry over. Output is both streams, cut in the middle when long. There is no terminal and no input. Processes left in the background are ended with the command.',
  schema: z.strictObject({
    command: z.string().min(1).max(100_000).describe('The command line'),
    timeout_seconds: z
      .number()
      .positive()
      .optional()
      .describe('Ends the command earlier than the usual limit'),
  }),
  async run(input, place) {
    const asked = (input.timeout_seconds ?? Number.POSITIVE_INFINITY) * 1000;
    const result = await place.exec({
      run: realCommand(place.root, input.command),
      cwd: place.root,
      env: place.env,
      timeoutMs: Math.min(asked, place.commandMs),
      outputLimit,
      floodLimit: place.floodBytes,
      signal: place.signal,
    });
    const { exitCode, outputDigest, bytes } = result;
    const end = result.timedOut
      ? `ended by the time limit of ${Math.round(Math.min(asked, place.commandMs) / 1000)} s`
      : result.flooded
        ? `ended after ${place.floodBytes} bytes of output`
        : exitCode === null
          ? `ended by ${result.signal ?? 'the system'}`
          : `exit code ${exitCode}`;
    const output = shown(place.root, result.output);
    const gap = output === '' || output.endsWith('\n') ? '' : '\n';
    return {
      text: `${output}${gap}[${end}]`,
      isError: exitCode === null,
      facts: { command: input.command.slice(0, 200), exitCode, outputDigest, bytes },
    };
  },
});
