import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { branchOf } from '../../../lib/domain/run.ts';
import { localForge } from '../../../lib/local/local-forge/local-forge.ts';
import { sourceMirror } from '../../../lib/local/source/mirror.ts';
import { finish } from '../../../lib/services/publisher/finish.ts';
import { postReceipt } from '../../../lib/services/publisher/post-receipt.ts';
import { postReview } from '../../../lib/services/publisher/post-review.ts';
import { publishChange } from '../../../lib/services/publisher/publish-change.ts';
import { freshFolder, inRepository, repositoryOf } from '../../local/source/git-fixture.ts';
import { publishing, reviewOf } from './publishing.ts';
import { roundOf } from './whole-run.ts';

test('a run on a local repository leaves a branch and a written pull request', async () => {
  const path = repositoryOf({ 'sum.js': 'export const sum = (a, b) => a - b;\n' });
  const stateDir = freshFolder();
  const issueFile = join(stateDir, 'issue.md');
  writeFileSync(issueFile, '# sum is wrong\n');
  const ref = { forge: 'local' as const, name: path };
  const on = await publishing({
    ...{ repository: ref, issue: 'issue.md' },
    forge: localForge({ repositoryPath: path, issueFile, stateDir }),
    source: sourceMirror({ dataDir: freshFolder() }),
  });
  const { ports, base } = on;
  for (const round of [1, 2]) {
    const { branch, commit, pullRequest } = await publishChange(
      ports,
      await on.run(),
      await roundOf({ ports, base, ref }, round),
    );
    const { id } = await on.run();
    await ports.runs.update(id, ['running'], { branch, commit, pullRequest }, []);
    await postReview(ports, await on.run(), { round, review: reviewOf('approve') });
  }
  const run = await on.run();
  expect(await finish(ports, run, { merge: false, head: run.commit ?? '' })).toEqual({
    merged: false,
  });
  await postReceipt(ports, run, { outcome: 'handed-over' });
  expect(inRepository(path, 'log', '--format=%an %s', branchOf(run))).toBe(
    'Entropy-Playground Add in sum\nEntropy-Playground Add in sum\nA Person first',
  );
  expect(inRepository(path, 'status', '--porcelain', '--branch')).toBe('## main');
  const text = readFileSync(join(stateDir, 'pull-request.md'), 'utf8');
  expect(text).toContain('(ready)');
  expect(text).toContain('Round 2');
  expect(text).not.toContain('Closes #');
  const receipt = readFileSync(join(stateDir, 'comments/0001.md'), 'utf8');
  expect(receipt).toContain('pull-request.md is ready for a person');
  on.close();
});
