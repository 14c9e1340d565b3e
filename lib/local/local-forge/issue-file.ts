import { readFile, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { ForgeFailed } from '../../domain/errors.ts';
import type { IssueSnapshot } from '../../domain/forge.ts';

const sizeLimit = 1_000_000;

/** Reads a Markdown file as an issue: its first heading or line is the title. Throws `ForgeFailed`. */
export async function readIssueFile(path: string, key: string): Promise<IssueSnapshot> {
  const text = await readText(path);
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== '');
  const heading = lines.findIndex((line) => /^#{1,6}\s+\S/.test(line));
  if (first < 0) throw new ForgeFailed(`${path} is empty; write the issue into it`);
  // A heading further down is a section's, not the title.
  const at = heading >= 0 && lines.slice(first, heading).every(isMatter) ? heading : first;
  const title = (lines[at] ?? '').replace(/^#{1,6}\s+/, '').replace(/\s+#*\s*$/, '');
  return {
    key,
    title: title.trim().slice(0, 500),
    body: lines
      .slice(at + 1)
      .join('\n')
      .trim(),
    author: 'local',
    labels: [],
    state: 'open',
    url: pathToFileURL(path).href,
    comments: [],
  };
}

function isMatter(line: string): boolean {
  return line.trim() === '' || line.startsWith('<!--');
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > sizeLimit)
      throw new ForgeFailed(`${path} has ${size} bytes; ${sizeLimit} are allowed`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof ForgeFailed) throw cause;
    throw new ForgeFailed(`${path} can't be read: ${(cause as Error).message}`, { cause });
  }
}
