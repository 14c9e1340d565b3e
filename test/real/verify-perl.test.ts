import { debianSource } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const file = 'lib/Roman.pm';
const wrong = 'qw(1 IV 10 XL 100 CE 1000 MMMMMM)';
const tests = 't/01.t';
const more = 'use Test::More tests => 1;\nok(1, "more");\n';

showsTheRule({
  name: 'prove: Roman',
  fetch: debianSource('libroman-perl'),
  file,
  right: wrong.replace('CE', 'CD'),
  wrong,
  proof: 't/01.t > 1444 is MCDXLIV',
  wrongs: (read) => ({
    'a wrong change': [
      { [file]: read(file).replace('100 CE', '100 CC') },
      'no-proof',
      /No test fails without/,
    ],
    'a change that breaks another test': [
      { [file]: read(file).replace('10 XL', '10 XX').replace('C 100', 'C 101') },
      'test-broken',
      /passed before and fail with the change/,
    ],
    'source that does not compile': [
      { [file]: `sub {\n${read(file)}` },
      'test-broken',
      /do not compile or load|passed before and fail/,
    ],
    'tests only': [{ 't/more.t': more }, 'no-proof', /touches no source/],
    'the failing test deleted': [{ [tests]: null }, 'test-gone', /t\/01\.t/],
    'the failing test skipped': [
      { [tests]: read(tests).replace(/use Test::More .*/, 'use Test::More skip_all => "later";') },
      'test-gone',
      /t\/01\.t/,
    ],
    'the failing test emptied': [
      { [tests]: read(tests).replace('is(Roman($arab),$rom,', 'is($rom,$rom,') },
      'no-proof',
      // Which of the two is named first hangs on the order in which the test walks a hash.
      /pass only as the change rewrote them: .*“t\/01\.t > 1444 is MCDXLIV”/,
    ],
    'a test that ends the others': [
      { 't/00-load.t': '#!perl\nuse Test::More tests => 1;\nok(1);\n', 't/01.t': 'exit 0;\n' },
      'test-broken',
      /passed before and fail/,
    ],
    'a formatter of its own': [
      {
        '.proverc': '--formatter TAP::Formatter::File\n--exec true\n',
        [file]: `${read(file)}\n# mended\n`,
      },
      'no-proof',
      /\.proverc” was not used/,
    ],
    'a vacuous new test beside a no-op': [
      { [file]: `${read(file)}\n# mended\n`, 't/more.t': more },
      'no-proof',
      /No test fails without/,
    ],
  }),
});
