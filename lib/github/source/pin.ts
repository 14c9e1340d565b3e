import { NotFound, RepositoryInvalid } from '../../domain/errors.ts';
import type { Pin, PinStore, Source } from '../../domain/source.ts';
import type { RepositoryClient } from '../access.ts';
import { hasStatus } from '../failure.ts';
import type { Objects } from './objects.ts';

/** The head of the default branch. Throws `RepositoryInvalid` where it has no commit. */
export async function latestOf({ request, at }: RepositoryClient): Promise<Pin> {
  const { default_branch: branch } = (await request('GET /repos/{owner}/{repo}', at)).data;
  try {
    const ref = await request('GET /repos/{owner}/{repo}/git/ref/heads/{+branch}', {
      ...at,
      // As a reserved expansion the branch's slashes stay slashes.
      branch: branch.split('/').map(encodeURIComponent).join('/'),
    });
    return { branch, commit: ref.data.object.sha };
  } catch (error) {
    if (!hasStatus(error, 404) && !hasStatus(error, 409)) throw error;
    const name = `${at.owner}/${at.repo}`;
    throw new RepositoryInvalid(`${name} has no commit on its default branch yet`);
  }
}

/** What a run is pinned to; `latest` and `objects` are asked only where it has no pin. See `Source`. */
export async function pinOf(
  pins: PinStore,
  { id, pass }: Parameters<Source['pin']>[0],
  latest: () => Promise<Pin>,
  objects: Objects,
): Promise<Pin> {
  const found = await pins.pinned(id);
  if (found !== undefined) return found;
  if (pass === undefined) return pins.keep(id, await latest());
  const earlier = await pins.pinned(pass.run);
  if (earlier === undefined || !(await isThere(objects, earlier.commit))) {
    throw new NotFound(`what ${pass.run} was based on is no longer kept`);
  }
  return pins.keep(id, earlier);
}

/** GitHub drops commits that no branch leads to, in its own time. */
async function isThere(objects: Objects, commit: string): Promise<boolean> {
  try {
    return (await objects.rootOf(commit)) !== '';
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}
