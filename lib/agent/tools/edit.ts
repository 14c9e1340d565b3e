import { readFile, stat, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { writablePathOf } from './paths.ts';
import { defineTool, ToolProblem } from './tool.ts';

/** Replaces one exact passage of a file. */
export const edit = defineTool({
  name: 'edit',
  description:
    'Replace one passage of a file. `old` must be the exact text, with its white space, and must occur once; add lines around it to make it so.',
  schema: z.strictObject({
    path: z.string().min(1).max(1000).describe('File, relative to the repository'),
    old: z.string().min(1).max(200_000).describe('The passage as it is now'),
    new: z.string().max(200_000).describe('What is to stand there; empty to delete the passage'),
  }),
  async run(input, { root }) {
    const path = await writablePathOf(root, input.path);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) throw new ToolProblem(`there is no file ${input.path}`);
    const bytes = await readFile(path);
    const text = bytes.toString('utf8');
    if (!Buffer.from(text).equals(bytes)) throw new ToolProblem(`${input.path} is not UTF-8 text`);
    const at = onlyPlace(text, input.old, input.path);
    if (input.old === input.new) throw new ToolProblem('`old` and `new` are the same');
    await writeFile(path, text.slice(0, at) + input.new + text.slice(at + input.old.length));
    const line = lineOf(text, at);
    return { text: `edited ${input.path} at line ${line}`, facts: { path: input.path } };
  },
});

function onlyPlace(text: string, old: string, path: string): number {
  const places: number[] = [];
  for (let at = text.indexOf(old); at >= 0 && places.length < 20; at = text.indexOf(old, at + 1)) {
    places.push(at);
  }
  const [first] = places;
  if (first === undefined) {
    const unbroken = text.includes('\r\n') ? ' Its lines end in CR LF.' : '';
    throw new ToolProblem(`\`old\` does not occur in ${path}: view the file.${unbroken}`);
  }
  if (places.length > 1) {
    const lines = places.map((at) => lineOf(text, at)).join(', ');
    throw new ToolProblem(
      `\`old\` occurs ${places.length} times in ${path} (lines ${lines}): make it longer`,
    );
  }
  return first;
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
