import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ForgeFailed, ForgeUnavailable } from '../../lib/domain/errors.ts';
import { gitRemoteOf } from '../../lib/github/remote.ts';
import { siteOf } from '../../lib/github/site.ts';
import { mirrorPathOf, sourceMirror } from '../../lib/local/source/mirror.ts';
import { freshFolder } from '../local/source/git-fixture.ts';
import { playgroundWith } from './playground-fixture.ts';

test('a private repository is pinned with a token that is ended and written nowhere', async () => {
  const { playground, repository, access, base, minted } = await playgroundWith({ private: true });
  const dataDir = freshFolder();
  const remoteOf = ({ name }: { name: string }) => gitRemoteOf(access, name);
  const source = sourceMirror({ dataDir, remoteOf });
  const ref = { forge: 'github' as const, name: repository };
  const run = { id: 'r-1', repository: ref };
  expect(await source.pin(run)).toEqual({ branch: 'main', commit: base });
  expect(await source.pin(run)).toEqual({ branch: 'main', commit: base });
  expect(minted).toMatchObject([{ permissions: { contents: 'read' }, revoked: true }]);
  const mirror = mirrorPathOf(dataDir, ref);
  const token = minted[0]?.token ?? '';
  for (const name of readdirSync(mirror)) {
    if (/^(config|HEAD|FETCH_HEAD|packed-refs)$/.test(name)) {
      expect(readFileSync(join(mirror, name), 'utf8')).not.toContain(token);
    }
  }
  const none = sourceMirror({
    dataDir,
    remoteOf: async () => ({ url: `${playground.url}/octo/calc.git` }),
  });
  const failed = none.pin({ id: 'r-2', repository: ref });
  await expect(failed).rejects.toThrow(ForgeFailed);
  await expect(failed).rejects.not.toThrow(ForgeUnavailable);
  await playground.close();
  await expect(none.pin({ id: 'r-3', repository: ref })).rejects.toThrow(ForgeUnavailable);
});

test('the site of an API', () => {
  expect(siteOf('https://api.github.com')).toBe('https://github.com');
  expect(siteOf('https://git.example.org/api/v3')).toBe('https://git.example.org');
});
