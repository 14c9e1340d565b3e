import { debianSource, sample } from './packages.ts';
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

// No small package with these two comes from a registry: the samples are our own, the tools the machine's.
const sums = {
  'src/sums.h': 'int add(int a, int b);\nint twice(int a);\n',
  'src/sums.c':
    '#include "sums.h"\nint add(int a, int b) { return a + b; }\nint twice(int a) { return a * 2; }\n',
  'tests/add_test.c':
    '#include "../src/sums.h"\nint main(void) { return add(1, 2) == 3 ? 0 : 1; }\n',
  'tests/twice_test.c':
    '#include "../src/sums.h"\nint main(void) { return twice(2) == 4 ? 0 : 1; }\n',
};
const samples = [
  {
    name: 'Meson',
    proof: 'sums > add',
    file: 'meson.build',
    empty: "project('sums', 'c')\ntest('none', find_program('true'))\n",
    files: {
      'meson.build': `project('sums', 'c')
lib = static_library('sums', 'src/sums.c')
test('add', executable('add_test', 'tests/add_test.c', link_with: lib))
test('twice', executable('twice_test', 'tests/twice_test.c', link_with: lib))
`,
    },
  },
  {
    name: 'automake from configure.ac, with its parallel harness',
    proof: 'add_test',
    file: 'Makefile.am',
    empty: 'TESTS =\n',
    files: {
      'configure.ac':
        'AC_INIT([sums], [1.0])\nAM_INIT_AUTOMAKE([foreign subdir-objects])\nAC_PROG_CC\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n',
      'Makefile.am': `check_PROGRAMS = add_test twice_test
add_test_SOURCES = tests/add_test.c src/sums.c src/sums.h
twice_test_SOURCES = tests/twice_test.c src/sums.c src/sums.h
TESTS = $(check_PROGRAMS)
`,
    },
  },
];

for (const { name, proof, file, empty, files } of samples) {
  showsTheRule({
    name,
    fetch: sample({ ...sums, ...files }),
    file: 'src/sums.c',
    right: 'a + b',
    wrong: 'a - b',
    proof,
    wrongs: (read) => ({
      'a no-op with an edited build file': [
        { [file]: empty, 'src/sums.c': `${read('src/sums.c')}/* mended */\n` },
        'no-proof',
        /was not used/,
      ],
      'a change that breaks another test': [
        { 'src/sums.c': read('src/sums.c').replace('a * 2', 'a * 3') },
        'test-broken',
        /twice/,
      ],
      'the failing test skipped': [
        { 'tests/add_test.c': 'int main(void) { return 77; }\n' },
        'test-skipped',
        /add/,
      ],
      'the failing test emptied': [
        { 'tests/add_test.c': 'int main(void) { return 0; }\n' },
        'no-proof',
        /pass only as the change rewrote them/,
      ],
    }),
  });
}
