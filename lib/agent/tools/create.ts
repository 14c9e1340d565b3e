import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { writablePathOf } from './paths.ts';
import { defineTool, ToolProblem } from './tool.ts';

/** Writes a whole file. */
export const create = defineTool({
  name: 'create',
  description:
    'Write a whole file, with its folders. A file that is there already is replaced; to change part of it, use edit.',
  schema: z.strictObject({
    path: z.string().min(1).max(1000).describe('File, relative to the repository'),
    content: z.string().max(1_000_000).describe('The whole content'),
  }),
  async run(input, { root }) {
    const path = await writablePathOf(root, input.path);
    const found = await stat(path).catch(() => undefined);
    if (found && !found.isFile()) throw new ToolProblem(`${input.path} is no regular file`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, input.content);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new ToolProblem(`${input.path} can't be written: ${code}`);
    }
    const did = found ? 'replaced' : 'created';
    return { text: `${did} ${input.path}`, facts: { path: input.path } };
  },
});
