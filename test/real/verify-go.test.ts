import { goModule } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const right = 'case (uuid[8] & 0xe0) == 0xc0:';
const wrong = 'case (uuid[8] & 0xe0) == 0xe0:';
const failing = 'func TestUUID(t *testing.T) {';

showsTheRule({
  name: 'a Go module: google/uuid',
  fetch: goModule('github.com/google/uuid', 'v1.6.0'),
  file: 'uuid.go',
  right,
  wrong,
  proof: 'github.com/google/uuid > TestUUID',
  wrongs: (read) => ({
    'a wrong change': [
      { 'uuid.go': read('uuid.go').replace(wrong, 'case (uuid[8] & 0xc0) == 0x80:') },
      'no-proof',
      /No test fails without/,
    ],
    'a change that breaks another test': [
      { 'uuid.go': read('uuid.go').replace('uuid[6] >> 4', 'uuid[6] >> 5') },
      'test-broken',
      /passed before and fail/,
    ],
    'source that does not compile': [
      { 'uuid.go': `${read('uuid.go')}\nfunc broken( {\n` },
      'test-broken',
      /do not compile or load/,
    ],
    'tests only': [
      { 'more_test.go': 'package uuid\n\nimport "testing"\n\nfunc TestMore(t *testing.T) {}\n' },
      'no-proof',
      /touches no source/,
    ],
    'the failing test deleted': [
      { 'uuid_test.go': read('uuid_test.go').replace(failing, failing.replace('Test', 'noTest')) },
      'test-gone',
      /“github\.com\/google\/uuid > TestUUID”/,
    ],
    'the failing test skipped': [
      { 'uuid_test.go': read('uuid_test.go').replace(failing, `${failing}\n\tt.Skip("later")`) },
      'test-skipped',
      /TestUUID/,
    ],
    'the failing test emptied': [
      { 'uuid_test.go': read('uuid_test.go').replace(failing, `${failing}\n\treturn`) },
      'no-proof',
      /pass only as the change rewrote them: “github\.com\/google\/uuid > TestUUID”/,
    ],
    'exit 0 in a Makefile': [
      { Makefile: 'test:\n\texit 0\n', 'uuid.go': `${read('uuid.go')}\n// fixed\n` },
      'no-proof',
      /Makefile” was not used/,
    ],
    'an edited .entropy.yml': [
      { '.entropy.yml': 'version: 1\nchecks:\n  test: exit 0\n' },
      'no-proof',
      /\.entropy\.yml” was not used/,
    ],
    'a main function that ends the tests': [
      {
        'main_test.go':
          'package uuid\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(0) }\n',
      },
      'test-gone',
      /ran no test/,
    ],
    'a vacuous new test beside a no-op': [
      {
        'uuid.go': `${read('uuid.go')}\n// fixed\n`,
        'more_test.go': 'package uuid\n\nimport "testing"\n\nfunc TestMore(t *testing.T) {}\n',
      },
      'no-proof',
      /No test fails without/,
    ],
  }),
});
