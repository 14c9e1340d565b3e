import type { Policy } from '../../../domain/policy.ts';
import type { Run } from '../../../domain/run.ts';
import type { Source } from '../../../domain/source.ts';
import { ownersOf } from './code-owners.ts';
import { areConventional } from './conventional-subject.ts';

/** How a repository wants changes to be offered. Read from the base, never from a change. */
export interface Customs {
  /** Its pull request template. */
  readonly template?: string;
  /** Commits are signed off. */
  readonly signOff: boolean;
  /** Subjects are in the form of Conventional Commits. */
  readonly conventional: boolean;
  /** Code owners of the changed paths. */
  readonly owners: readonly string[];
}

const folders = ['.github', '', 'docs'] as const;
const commitlint = /^(?:commitlint\.config\.\w+|\.commitlintrc(?:\.\w+)?)$/;
const commitsRead = 20;
/** Longer ones are not texts to be filled in. */
const templateLimit = 20_000;

/** The customs that hold for a change of these paths. */
export async function customsOf(
  source: Source,
  { repository }: Pick<Run, 'repository'>,
  base: string,
  { commits }: Policy,
  paths: readonly string[],
): Promise<Customs> {
  const names = new Map<string, readonly string[]>();
  for (const folder of folders) names.set(folder, await source.names(repository, base, folder));
  const find = async (wanted: RegExp): Promise<string | undefined> => {
    for (const folder of folders) {
      const name = names.get(folder)?.find((one) => wanted.test(one));
      if (name === undefined) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const found = await source.read(repository, base, path);
      if (found !== undefined) return found.toString('utf8');
    }
    return undefined;
  };
  const signOff = async () =>
    [...names.values()].flat().some((name) => /^\.?dco\.ya?ml$/i.test(name)) ||
    /signed-off-by|\bDCO\b|developer certificate of origin/i.test(
      (await find(/^contributing(?:\.\w+)?$/i)) ?? '',
    );
  const conventional = async () =>
    (names.get('') ?? []).some((name) => commitlint.test(name)) ||
    areConventional(await source.subjects(repository, base, commitsRead));
  const template = await find(/^pull_request_template(?:\.(?:md|txt))?$/i);
  const owners = await find(/^CODEOWNERS$/);
  return {
    ...(template && template.length <= templateLimit ? { template } : {}),
    signOff: commits.signOff === 'auto' ? await signOff() : commits.signOff === 'always',
    conventional:
      commits.convention === 'auto' ? await conventional() : commits.convention === 'conventional',
    owners: owners === undefined ? [] : ownersOf(owners, paths),
  };
}
