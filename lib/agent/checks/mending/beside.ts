import type { Found, TreeView } from '../ecosystem.ts';
import { baseName } from '../paths.ts';
import { python } from '../python.ts';
import { isPythonManifest } from '../python-manifest.ts';

const script =
  /^((script|scripts|tools|ci|tests?)\/)?(run[-_]?)?(all[-_]?|unit[-_]?)?tests?(\.sh|\.py)?$|^tests?\/(run|all|run[-_]?all)(\.sh)?$/;
const mostScripts = 5;

/** Python tests at the root of a project of another kind, which discovery takes for that project's tools. */
export async function pythonBeside(tree: TreeView): Promise<Found[]> {
  const files = tree.files.filter(
    (path) =>
      /\.(py|ini)$/.test(path) || isPythonManifest(path) || baseName(path) === '.coveragerc',
  );
  const found = await python.detect({ files, read: tree.read });
  return found === undefined ? [] : [found];
}

/** Scripts that are called as what runs the tests. */
export async function testScripts(tree: TreeView): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of tree.files.filter((one) => script.test(one)).slice(0, mostScripts)) {
    const starts = interpreter(path, (await tree.read(path)) ?? '');
    if (starts !== undefined) found.push({ setup: [], test: `${starts} ${path}` });
  }
  return found;
}

/** By its first line, else by its ending: a file's mode is not seen. */
function interpreter(path: string, text: string): string | undefined {
  const line = /^#!.*/.exec(text)?.[0];
  if (line === undefined) return path.endsWith('.sh') ? 'sh' : undefined;
  const name = /\b(bash|dash|zsh|ksh|sh|python3?|perl|ruby|node)\b(?!\/)/.exec(line)?.[1];
  return name === 'python' ? 'python3' : name;
}
