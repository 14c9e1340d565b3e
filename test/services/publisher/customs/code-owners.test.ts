import { expect, test } from '@jest/globals';
import { ownersOf } from '../../../../lib/services/publisher/customs/code-owners.ts';

const file = `# who looks at what
*            @everybody
*.js         @js  # scripts
/build/      @org/ops ops@example.org
docs/*       @writer
apps/        @apps
/docs/api/   @api
secret.txt
sp\\ ace.md   @space
`;

test.each([
  ['readme.md', ['@everybody']],
  ['src/deep/a.js', ['@js']],
  ['build/logs/x', ['@org/ops', 'ops@example.org']],
  ['x/build/y', ['@everybody']],
  ['docs/a.md', ['@writer']],
  ['docs/deep/a.md', ['@everybody']],
  ['docs/api/deep/a.md', ['@api']],
  ['x/apps/y/z', ['@apps']],
  ['deep/secret.txt', []],
  ['sp ace.md', ['@space']],
])('%s', (path, owners) => {
  expect(ownersOf(file, [path])).toEqual(owners);
});

test('owners of several paths are named once', () => {
  expect(ownersOf(file, ['a.js', 'b.js', 'c.md'])).toEqual(['@js', '@everybody']);
  expect(ownersOf('', ['a'])).toEqual([]);
});
