import * as z from 'zod';
import { realPathOf, relativePathOf, shown } from './paths.ts';
import { defineTool, ToolProblem } from './tool.ts';

const limits = { lines: 100, lineChars: 250, bytes: 60_000, ms: 30_000 };

/** Searches file contents; git knows what is ignored. */
export const search = defineTool({
  name: 'search',
  description:
    'Search the contents of files (not ignored ones) for an extended regular expression. Gives path:line:text.',
  schema: z.strictObject({
    pattern: z.string().min(1).max(1000).describe('Extended regular expression'),
    path: z.string().min(1).max(1000).optional().describe('File or folder to search in'),
    glob: z.string().min(1).max(300).optional().describe('Only files like this, such as *.ts'),
    literal: z.boolean().optional().describe('Take the pattern as plain text'),
    ignore_case: z.boolean().optional(),
  }),
  async run(input, place) {
    const { root } = place;
    await realPathOf(root, input.path ?? '.');
    const within = relativePathOf(root, input.path ?? '.');
    const flags = [input.literal ? '-F' : '-E', ...(input.ignore_case ? ['-i'] : [])];
    const run = ['git', '-c', 'core.quotePath=false', 'grep', '--untracked', '--no-color', '-nI'];
    const result = await place.exec({
      run: [...run, ...flags, '-e', input.pattern, '--', pathspec(within, input.glob)],
      cwd: root,
      env: place.env,
      timeoutMs: Math.min(limits.ms, place.commandMs),
      outputLimit: limits.bytes,
      floodLimit: place.floodBytes,
      signal: place.signal,
    });
    if (result.timedOut) throw new ToolProblem('the search took too long; narrow it');
    const facts = { command: `search ${input.pattern}`.slice(0, 200), exitCode: result.exitCode };
    if (result.exitCode === 1 && result.output === '') return { text: 'no match', facts };
    if (result.exitCode !== 0 && !result.flooded) {
      throw new ToolProblem(`search failed: ${shown(root, result.output).slice(0, 1000)}`);
    }
    return { text: shown(root, shortened(result.output)), facts };
  },
});

function pathspec(within: string, glob: string | undefined): string {
  if (glob === undefined) return `:(literal)${within}`;
  const escaped = within === '.' ? '' : `${within.replace(/[\\*?[\]]/g, '\\$&')}/`;
  const anywhere = glob.includes('/') ? glob.replace(/^\/+/, '') : `**/${glob}`;
  return `:(glob)${escaped}${anywhere}`;
}

function shortened(output: string): string {
  const lines = output.replace(/\n$/, '').split('\n');
  const kept = lines
    .slice(0, limits.lines)
    .map((line) =>
      line.length > limits.lineChars ? `${line.slice(0, limits.lineChars)}[cut]` : line,
    );
  const more = lines.length > kept.length || output.includes('bytes of output cut here');
  return kept.join('\n') + (more ? '\n[there are more matches; narrow the search]' : '');
}
