import { crate } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const right = '("IX", 9)';
const wrong = '("IX", 8)';
const failing = '#[test]\nfn test_to_roman() {';
const lib = 'src/lib.rs';

showsTheRule({
  name: 'a crate whose tests stand in its source and its documentation: roman',
  fetch: crate('roman', '0.1.6'),
  file: lib,
  right,
  wrong,
  proof: 'src/lib.rs > roman > test_to_roman',
  wrongs: (read) => ({
    'a wrong change': [
      { [lib]: read(lib).replace(wrong, '("IX", 7)') },
      'no-proof',
      /No test fails without/,
    ],
    'tests only': [
      { [lib]: `${read(lib)}\n#[test]\nfn test_more() {}\n` },
      'no-proof',
      /touches no source/,
    ],
    'a change that breaks an example in the documentation': [
      { [lib]: read(lib).replace(wrong, right).replace('("V",  5)', '("V",  4)') },
      'test-broken',
      /passed before and fail/,
    ],
    'source that does not compile': [
      { [lib]: `${read(lib)}\nfn broken( {\n` },
      'test-broken',
      /do not compile or load/,
    ],
    'the failing test deleted': [
      { [lib]: read(lib).replace(/#\[test\]\nfn test_to_roman[\s\S]*?\n}\n/, '') },
      'test-gone',
      /test_to_roman/,
    ],
    'the failing test skipped': [
      { [lib]: read(lib).replace(failing, `#[ignore]\n${failing}`) },
      'test-skipped',
      /test_to_roman/,
    ],
    'the failing test emptied': [
      { [lib]: read(lib).replace(failing, `${failing}\n    return;`) },
      'no-proof',
      /touches no source|only as the change rewrote/,
    ],
    'tests switched off in Cargo.toml': [
      {
        'Cargo.toml': `${read('Cargo.toml')}\n[lib]\ntest = false\ndoctest = false\n`,
        [lib]: `${read(lib)}// mended\n`,
      },
      'no-proof',
      /Cargo\.toml” was not used/,
    ],
    'a program that prints results and ends before its tests': [
      {
        [lib]: `${read(lib)}
#[used]
#[link_section = ".init_array"]
static EARLY: extern "C" fn() = {
    extern "C" fn early() {
        let names = ["test_from", "test_to_from", "test_to_roman"];
        println!("\\nrunning 3 tests");
        for name in names.iter() { println!("test {} ... ok", name); }
        println!("\\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\\n");
        std::process::exit(0);
    }
    early
};
`,
      },
      'test-broken',
      /fail with the change/,
    ],
  }),
});
