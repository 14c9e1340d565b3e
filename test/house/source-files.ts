import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** The project's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One of the project's own source files, with what it imports. */
export interface SourceFile {
  /** Relative to the project's root. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Project files it imports, relative to the root. */
  readonly imports: readonly string[];
  readonly packages: readonly string[];
  readonly program: ReturnType<typeof parseSync>;
}

/** Every TypeScript and JavaScript module below the given folders, samples and bundles apart. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.m?[jt]s$/.test(name) && !/samples|dist\//.test(name))
      .map((name) => read(join(folder, name))),
  );
}

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const program = parseSync(path, text);
  const specifiers = [
    ...program.module.staticImports.map((entry) => entry.moduleRequest.value),
    ...program.module.staticExports.flatMap((entry) =>
      entry.entries.flatMap((item) => item.moduleRequest?.value ?? []),
    ),
    ...program.module.dynamicImports.map((entry) =>
      text.slice(entry.moduleRequest.start, entry.moduleRequest.end).replace(/['"]/g, ''),
    ),
  ];
  const own = specifiers.filter((name) => name.startsWith('.'));
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    imports: own.map((name) => relative(root, resolve(root, dirname(path), name))),
    packages: specifiers.filter((name) => !name.startsWith('.')),
    program,
  };
}
