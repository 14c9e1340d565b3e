import { goModule } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const right = 'vNext.patch = v.patch + 1';
const wrong = 'vNext.patch = v.patch + 2';

showsTheRule({
  name: 'make, by .entropy.yml: Masterminds/semver',
  fetch: goModule('github.com/Masterminds/semver/v3', 'v3.2.1'),
  file: 'version.go',
  right,
  wrong,
  options: { checks: { policy: { test: 'make test' } } },
  proof: 'github.com/Masterminds/semver/v3 > TestInc',
  wrongs: (read) => ({
    'a no-op': [
      { 'version.go': `${read('version.go')}\n// fixed\n` },
      'no-proof',
      /No test fails without/,
    ],
    'exit 0 in the test command': [
      { Makefile: 'test:\n\texit 0\n', 'version.go': `${read('version.go')}\n// fixed\n` },
      'no-proof',
      /Makefile” was not used/,
    ],
    'the failing test deleted': [
      { 'version_test.go': read('version_test.go').replace('func TestInc(', 'func testInc(') },
      'test-gone',
      /TestInc/,
    ],
  }),
});
