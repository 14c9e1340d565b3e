import { describe, expect, test } from '@jest/globals';
import { splitRust } from '../../../lib/agent/checks/rust-items.ts';
import { rustItems } from '../../../lib/agent/checks/rust-scan.ts';

const base = `//! Sums.
use std::fmt::{self, Display};

/// Adds.
///
/// \`\`\`
/// assert_eq!(sums::add(1, 2), 3);
/// \`\`\`
pub fn add(a: i32, b: i32) -> i32 { a - b }

const OPEN: char = '{';
const TEXT: &str = r#"#[test] fn no() { "{" }"#;
/* #[test] fn neither() {} /* nested */ */
impl<'a> Display for Sum<'a> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "}}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn adds() { assert_eq!(add(1, 2), 3); }
}
`;

describe('tests in a source file', () => {
  test('are found by what they stand for, and nothing in texts and comments is', () => {
    const found = rustItems(base).filter(({ kind }) => kind === 'test');
    expect(found.map(({ key }) => key)).toEqual(['test / mod tests']);
    expect(rustItems(base).map(({ key }) => key)).toContain(
      "doc / impl<'a> Display for Sum<'a> / fn fmt",
    );
  });

  test('are exchanged between two versions, the rest stays', () => {
    const change = base
      .replace('a - b', 'a + b')
      .replace('fn adds() { assert_eq!(add(1, 2), 3); }', 'fn adds() {}')
      .replace('assert_eq!(sums::add(1, 2), 3);', '');
    const split = splitRust(base, change);
    expect(split?.source).toBe(base.replace('a - b', 'a + b'));
    expect(split?.tests).toBe(change.replace('a + b', 'a - b'));
  });

  test('that are new are added to the base, and those that are gone come back', () => {
    const more = `${base}\n#[test]\nfn more() { assert!(true) }\n`;
    expect(splitRust(base, more)).toEqual({
      tests: expect.stringContaining('fn more()'),
      source: base,
    });
    expect(splitRust(more, base)?.source).toContain('fn more()');
    expect(splitRust(more, base)?.tests).not.toContain('fn more()');
  });

  test('there are none where there is no test and no example', () => {
    expect(splitRust('fn a() {}\n', '/// Says a.\nfn a() {}\n')).toBeUndefined();
  });

  test('a file that is no Rust ends the reading', () => {
    for (const text of ['fn a( {', '"', 'r#"', '/* /*', '#[test', '}}}}', "'", '#[test] fn']) {
      expect(rustItems(text).length).toBeLessThan(3);
    }
  });
});
