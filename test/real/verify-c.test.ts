import { debianSource } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const hex = "h += (unsigned int) 10 + input[i] - 'A';";
const hexTests = 'tests/parse_hex4.c';

showsTheRule({
  name: 'CMake with CTest: cJSON',
  fetch: debianSource('cjson'),
  file: 'cJSON.c',
  right: hex,
  wrong: hex.replace('10', '11'),
  proof: 'parse_hex4',
  wrongs: (read) => ({
    'a no-op with its tests switched off in CMakeLists.txt': [
      {
        'cJSON.c': `${read('cJSON.c')}\n/* mended */\n`,
        'CMakeLists.txt': read('CMakeLists.txt').replace('enable_testing()', ''),
      },
      'no-proof',
      /CMakeLists\.txt” was not used/,
    ],
    'a change that breaks another test': [
      {
        'cJSON.c': read('cJSON.c').replace(
          "if (buffer_at_offset(input_buffer)[0] != '[')",
          "if (buffer_at_offset(input_buffer)[0] == '[')",
        ),
      },
      'test-broken',
      /passed before and fail with the change/,
    ],
    'the failing test emptied': [
      { [hexTests]: read(hexTests).replace(/RUN_TEST\((\w+)\);/g, '(void) $1;') },
      'no-proof',
      /pass only as the change rewrote them: “parse_hex4”/,
    ],
    'the failing test deleted': [{ [hexTests]: null }, 'test-broken', /do not compile or load/],
    'source that does not compile': [
      { 'cJSON.c': `${read('cJSON.c')}\nint broken( {\n` },
      'test-broken',
      /do not compile or load/,
    ],
  }),
});

const space = 'c == CSV_SPACE || c == CSV_TAB) && c!=delim)';

showsTheRule({
  name: 'autotools, with one program of tests: libcsv',
  fetch: debianSource('libcsv'),
  file: 'libcsv.c',
  right: space,
  wrong: space.replace('!=', '=='),
  proof: 'check_csv',
  wrongs: (read) => ({
    'a no-op with an edited Makefile.in': [
      {
        'libcsv.c': `${read('libcsv.c')}\n/* mended */\n`,
        'Makefile.in': read('Makefile.in').replace(/^TESTS = .*$/m, 'TESTS = '),
      },
      'no-proof',
      /Makefile\.in” was not used/,
    ],
    'the failing test emptied': [
      { 'test_csv.c': 'int main(void) { return 0; }\n' },
      'no-proof',
      /pass only as the change rewrote them: “check_csv”/,
    ],
    'the failing test skipped': [
      { 'test_csv.c': 'int main(void) { return 77; }\n' },
      'test-skipped',
      /check_csv/,
    ],
  }),
});
