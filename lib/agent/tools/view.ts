import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { realPathOf, shown } from './paths.ts';
import { defineTool, ToolProblem } from './tool.ts';

const limits = { fileBytes: 5_000_000, lines: 500, lineChars: 1000, chars: 20_000, entries: 400 };

/** Shows a file with line numbers, or a folder. */
export const view = defineTool({
  name: 'view',
  description:
    'Show a text file with line numbers, or list a folder two levels deep. Long files are shown in parts: give from and to.',
  schema: z.strictObject({
    path: z.string().min(1).max(1000).describe('File or folder, relative to the repository'),
    from: z.number().int().min(1).optional().describe('First line'),
    to: z.number().int().min(1).optional().describe('Last line'),
  }),
  async run(input, { root }) {
    const path = await realPathOf(root, input.path);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new ToolProblem(`there is no ${input.path}`);
    if (found.isDirectory()) return { text: await listing(path), facts: { path: input.path } };
    if (!found.isFile()) throw new ToolProblem(`${input.path} is no regular file`);
    if (found.size > limits.fileBytes) {
      throw new ToolProblem(`${input.path} has ${found.size} bytes, too many to view; use search`);
    }
    const bytes = await readFile(path);
    if (bytes.subarray(0, 8000).includes(0)) throw new ToolProblem(`${input.path} is binary`);
    const text = numbered(bytes.toString('utf8'), input.from ?? 1, input.to);
    return { text: shown(root, text), facts: { path: input.path } };
  },
});

function numbered(text: string, from: number, to: number | undefined): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return '(the file is empty)';
  if (from > lines.length) throw new ToolProblem(`the file has only ${lines.length} lines`);
  const last = Math.min(lines.length, to ?? lines.length, from + limits.lines - 1);
  if (last < from) throw new ToolProblem('`to` is before `from`');
  let out = '';
  let at = from;
  for (; at <= last; at += 1) {
    const line = lines[at - 1] ?? '';
    const kept = line.length > limits.lineChars ? `${line.slice(0, limits.lineChars)}[cut]` : line;
    const row = `${String(at).padStart(6)}\t${kept}\n`;
    if (out.length + row.length > limits.chars) break;
    out += row;
  }
  const shortened = at - 1 < Math.min(lines.length, to ?? lines.length);
  return shortened ? `${out}[shown to line ${at - 1} of ${lines.length}; view on from ${at}]` : out;
}

async function listing(top: string): Promise<string> {
  const rows: string[] = [];
  const list = async (dir: string, indent: string, deeper: boolean): Promise<void> => {
    const entries = await readdir(dir, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (rows.length > limits.entries) return;
      const folder = entry.isDirectory();
      const mark = folder ? '/' : entry.isSymbolicLink() ? ' (link)' : '';
      rows.push(`${indent}${entry.name}${mark}`);
      const open = folder && deeper && entry.name !== '.git' && entry.name !== 'node_modules';
      if (open) await list(join(dir, entry.name), `${indent}  `, false);
    }
  };
  await list(top, '', true);
  if (rows.length === 0) return '(the folder is empty)';
  const more = rows.length > limits.entries ? '\n[there is more; list a folder further down]' : '';
  return rows.slice(0, limits.entries).join('\n') + more;
}
