import { commonsCli, failing, tests as javaTests } from './commons-cli.ts';
import { crate, debianSource, goModule } from './packages.ts';
import { showsWholeRuns } from './whole-run.ts';

const goTest = 'func TestUUID(t *testing.T) {';
const endsEarly =
  'package uuid\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(0) }\n';
showsWholeRuns({
  name: 'a Go module: google/uuid',
  fetch: goModule('github.com/google/uuid', 'v1.6.0'),
  file: 'uuid.go',
  right: 'case (uuid[8] & 0xe0) == 0xc0:',
  wrong: 'case (uuid[8] & 0xe0) == 0xe0:',
  stillWrong: 'case (uuid[8] & 0xe0) == 0x80:',
  proof: 'github.com/google/uuid > TestUUID',
  wires: { right: 'anthropic', wrongs: 'openai-compatible' },
  wrongs: (read) => ({
    'the failing test skipped': [
      { 'uuid_test.go': read('uuid_test.go').replace(goTest, `${goTest}\n\tt.Skip("later")`) },
      'test-skipped',
      /TestUUID/,
    ],
    'exit 0 in a Makefile beside a no-op': [
      { Makefile: 'test:\n\texit 0\n', 'uuid.go': `${read('uuid.go')}\n// mended\n` },
      'no-proof',
      /Makefile” was not used/,
    ],
    'a main function that ends the tests': [
      { 'main_test.go': endsEarly },
      'test-gone',
      /ran no test|TestUUID|github\.com\/google\/uuid/,
    ],
  }),
});

const emptied = 'fn test_to_roman() {';
showsWholeRuns({
  name: 'a crate with tests in its source: roman',
  fetch: crate('roman', '0.1.6'),
  file: 'src/lib.rs',
  right: '("IX", 9)',
  wrong: '("IX", 8)',
  stillWrong: '("IX", 7)',
  proof: 'src/lib.rs > roman > test_to_roman',
  wires: { right: 'anthropic', wrongs: 'openai-compatible' },
  wrongs: (read) => ({
    'tests only, in the source file': [
      { 'src/lib.rs': `${read('src/lib.rs')}\n#[test]\nfn test_more() {}\n` },
      'no-proof',
      /touches no source/,
    ],
    'the failing test emptied': [
      { 'src/lib.rs': read('src/lib.rs').replace(emptied, `${emptied}\n    return;`) },
      'no-proof',
      /touches no source|only as the change rewrote/,
    ],
    'tests switched off in Cargo.toml beside a no-op': [
      {
        'src/lib.rs': `${read('src/lib.rs')}// mended\n`,
        'Cargo.toml': `${read('Cargo.toml')}\n[lib]\ntest = false\n`,
      },
      'no-proof',
      /Cargo\.toml” was not used/,
    ],
  }),
});

showsWholeRuns({
  name: 'a Java library built by Maven: commons-cli',
  ...commonsCli,
  stillWrong: "indexOf('\"') < -1",
  wires: { right: 'openai-compatible', wrongs: 'anthropic' },
  wrongs: (read) => ({
    'the failing test deleted': [
      { [javaTests]: read(javaTests).replace(failing, failing.replace('@Test', '')) },
      'test-gone',
      /testStripLeadingAndTrailingQuotes/,
    ],
    'tests switched off in pom.xml beside a no-op': [
      {
        [commonsCli.file]: `${read(commonsCli.file)}// mended\n`,
        'pom.xml': read('pom.xml').replace(
          '<properties>',
          '<properties><skipTests>true</skipTests>',
        ),
      },
      'no-proof',
      /pom\.xml” was not used/,
    ],
  }),
});

const hexTests = 'tests/parse_hex4.c';
showsWholeRuns({
  name: 'a C library built by CMake: cJSON',
  fetch: debianSource('cjson'),
  file: 'cJSON.c',
  right: "h += (unsigned int) 10 + input[i] - 'A';",
  wrong: "h += (unsigned int) 11 + input[i] - 'A';",
  stillWrong: "h += (unsigned int) 12 + input[i] - 'A';",
  proof: 'parse_hex4',
  wires: { right: 'anthropic', wrongs: 'openai-compatible' },
  wrongs: (read) => ({
    'the failing test emptied': [
      { [hexTests]: read(hexTests).replace(/RUN_TEST\((\w+)\);/g, '(void) $1;') },
      'no-proof',
      /pass only as the change rewrote them: “parse_hex4”/,
    ],
    'tests switched off in CMakeLists.txt beside a no-op': [
      {
        'cJSON.c': `${read('cJSON.c')}\n/* mended */\n`,
        'CMakeLists.txt': read('CMakeLists.txt').replace('enable_testing()', ''),
      },
      'no-proof',
      /CMakeLists\.txt” was not used/,
    ],
  }),
});

showsWholeRuns({
  name: 'a C library built by autotools: libcsv',
  fetch: debianSource('libcsv'),
  file: 'libcsv.c',
  right: 'c == CSV_SPACE || c == CSV_TAB) && c!=delim)',
  wrong: 'c == CSV_SPACE || c == CSV_TAB) && c==delim)',
  stillWrong: 'c == CSV_SPACE || c == CSV_TAB) && c>delim)',
  proof: 'check_csv',
  wires: { right: 'openai-compatible', wrongs: 'anthropic' },
  wrongs: (read) => ({
    'the failing test skipped': [
      { 'test_csv.c': 'int main(void) { return 77; }\n' },
      'test-skipped',
      /check_csv/,
    ],
    'an edited Makefile.in beside a no-op': [
      {
        'libcsv.c': `${read('libcsv.c')}\n/* mended */\n`,
        'Makefile.in': read('Makefile.in').replace(/^TESTS = .*$/m, 'TESTS = '),
      },
      'no-proof',
      /Makefile\.in” was not used/,
    ],
  }),
});
