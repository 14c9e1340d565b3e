import { isUtf8 } from 'node:buffer';
import { type GitCall, type GitEnvironment, git } from './git.ts';

/** Has git show a file as it shows what is no text. */
const asBytes: GitCall['config'] = [['diff.default.binary', 'true']];

/** The patch that makes of a commit a tree. A file whose text is not in UTF-8 is in it as bytes. */
export async function patchBetween(
  gitDir: string,
  commit: string,
  tree: string,
  environment?: GitEnvironment,
): Promise<string> {
  const compare = (how: readonly string[], paths: readonly string[], config: GitCall['config']) => {
    const plain = ['--git-dir', gitDir, '--literal-pathspecs', 'diff-tree', '-r', ...how];
    const call = { environment, ...(config && { config }) };
    return git([...plain, commit, tree, '--', ...paths], call);
  };
  const show = ['-p', '--binary', '--full-index', '--no-ext-diff', '--no-textconv'];
  const whole = await compare(show, [], undefined);
  if (isUtf8(whole)) return whole.toString();
  const names = (await compare(['-z', '--name-only'], [], undefined)).toString().split('\0');
  let patch = '';
  for (const name of names.filter(Boolean)) {
    const text = await compare(show, [name], undefined);
    patch += isUtf8(text) ? text.toString() : await compare(show, [name], asBytes);
  }
  return patch;
}
