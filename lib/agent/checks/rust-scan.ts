/** A part of a Rust file: an item that is a test, or the documentation of one that is none (it may be empty). */
export interface RustItem {
  readonly kind: 'test' | 'documentation';
  /** What it stands for, the same in every version of the file: enclosing items, then its own name. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
  /** Items around it. */
  readonly depth: number;
}

/** Where an item's parts are, while it is read. */
interface Open {
  start: number;
  docEnd: number;
  head: number;
  attributes: string[];
}

const named = /\b(fn|mod|struct|enum|trait|union|type|const|static|macro_rules!)\s+(\w+)/;
const holdsItems =
  /^(pub(\([^)]*\))?\s+)?(unsafe\s+)?(default\s+)?(mod\b|impl\b|trait\b|extern\s+"[^"]*"\s*$)/;
const endsAtSemicolon =
  /^(pub(\([^)]*\))?\s+)?(use|static|type|const(?!\s+(unsafe\s+|async\s+|extern\b.*)?fn\b)|let)\b/;
const isTestAttribute = (text: string) =>
  /^cfg\s*\(\s*(test\b|all\s*\(\s*test\b)/.test(text) ||
  /^([\w:]+::)?(test|rstest|test_case|bench|quickcheck|wasm_bindgen_test)\b/.test(text);

/** The tests and the documentation in a Rust file, in its order. What is no Rust gives what it gives, and throws nothing. */
export function rustItems(text: string): RustItem[] {
  const scan = new Scan(text);
  scan.items(0, []);
  const seen = new Map<string, number>();
  return scan.found
    .sort((a, b) => a.start - b.start)
    .map((item) => {
      const nth = (seen.get(item.key) ?? 0) + 1;
      seen.set(item.key, nth);
      return nth === 1 ? item : { ...item, key: `${item.key}#${nth}` };
    });
}

class Scan {
  readonly found: RustItem[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads items from a place up to the bracket that closes what they stand in, and gives its place. */
  items(from: number, around: readonly string[]): number {
    let at = from;
    let open: Open | undefined;
    while (at < this.#text.length) {
      const next = this.#skipSpace(at);
      const doc = this.#documentation(next, around);
      if (doc !== undefined) {
        open ??= { start: next, docEnd: next, head: next, attributes: [] };
        if (doc.outer) open.docEnd = doc.end;
        else open = undefined;
        at = doc.end;
        continue;
      }
      const attribute = /^#\s*!?\s*\[/.exec(this.#text.slice(next, next + 8));
      if (attribute !== null) {
        const end = this.#closing(next + attribute[0].length - 1);
        if (!attribute[0].includes('!')) {
          open ??= { start: next, docEnd: next, head: next, attributes: [] };
          open.attributes.push(this.#text.slice(next + attribute[0].length, end - 1).trim());
        }
        at = end;
        continue;
      }
      if (next >= this.#text.length || this.#text[next] === '}') return next;
      open ??= { start: next, docEnd: next, head: next, attributes: [] };
      open.head = next;
      at = this.#item(open, around);
      open = undefined;
    }
    return at;
  }

  /** Reads one item from its head, and gives its end. */
  #item(open: Open, around: readonly string[]): number {
    let at = open.head;
    const head = () => this.#text.slice(open.head, at).trim();
    while (at < this.#text.length) {
      const char = this.#text[at] ?? '';
      if (char === ';' || char === '}') break;
      const inner = this.#literal(at);
      if (inner !== undefined) at = inner;
      else if (char === '{' && !endsAtSemicolon.test(head())) {
        const key = keyOf(head());
        const isTest = open.attributes.some(isTestAttribute);
        const body = at + 1;
        at = this.#closing(at);
        if (!isTest && holdsItems.test(this.#text.slice(open.head, body - 1).trim())) {
          this.items(body, [...around, key]);
        }
        return this.#close(open, key, at, around);
      } else if ('([{'.includes(char)) at = this.#closing(at);
      else at += 1;
    }
    const key = keyOf(head());
    return this.#close(open, key, Math.min(at + 1, this.#text.length), around);
  }

  #close(open: Open, key: string, end: number, around: readonly string[]): number {
    const isTest = open.attributes.some(isTestAttribute);
    this.found.push({
      kind: isTest ? 'test' : 'documentation',
      key: [isTest ? 'test' : 'doc', ...around, key].join(' / '),
      start: open.start,
      end: isTest ? end : open.docEnd,
      depth: around.length,
    });
    return end;
  }

  /** A block of documentation that begins here; of the kind within (`//!`) it is a part of its own. */
  #documentation(at: number, around: readonly string[]) {
    const start = this.#text.slice(at, at + 4);
    const outer = /^\/\/\/(?!\/)|^\/\*\*(?![*/])/.test(start);
    if (!outer && !/^\/\/!|^\/\*!/.test(start)) return undefined;
    const lines = outer
      ? /(?:[ \t]*\/\/\/(?!\/)[^\n]*(?:\n|$))+/y
      : /(?:[ \t]*\/\/![^\n]*(?:\n|$))+/y;
    lines.lastIndex = at;
    const end =
      start[1] === '*'
        ? (this.#literal(at) ?? at + 2)
        : at + (lines.exec(this.#text)?.[0].length ?? 3);
    if (!outer) {
      const key = ['doc', ...around, '//!'].join(' / ');
      this.found.push({ kind: 'documentation', key, start: at, end, depth: around.length });
    }
    return { outer, end };
  }

  #skipSpace(from: number): number {
    let at = from;
    for (;;) {
      while (/\s/.test(this.#text[at] ?? '')) at += 1;
      const start = this.#text.slice(at, at + 4);
      if (/^\/\/(?!\/(?!\/)|!)/.test(start) || /^\/\*(?!\*(?![*/])|!)/.test(start)) {
        at = this.#literal(at) ?? at + 2;
      } else return at;
    }
  }

  /** The place behind the bracket that closes the one here. */
  #closing(from: number): number {
    let depth = 0;
    let at = from;
    while (at < this.#text.length) {
      const inner = this.#literal(at);
      if (inner !== undefined) {
        at = inner;
        continue;
      }
      const char = this.#text[at] ?? '';
      if ('([{'.includes(char)) depth += 1;
      else if (')]}'.includes(char)) depth -= 1;
      at += 1;
      if (depth === 0) return at;
    }
    return at;
  }

  /** The end of a comment, string or character that begins here; undefined where none does. */
  #literal(at: number): number | undefined {
    const rest = this.#text.slice(at, at + 300);
    if (rest.startsWith('//')) return this.#after('\n', at);
    if (rest.startsWith('/*')) return this.#afterComment(at);
    const before = this.#text[at - 1] ?? '';
    const raw = /\w/.test(before) ? null : /^(?:b|c)?r(#*)"/.exec(rest);
    if (raw !== null) return this.#after(`"${raw[1]}`, at + raw[0].length);
    if (rest.startsWith('"')) {
      const string = /"(?:[^"\\]|\\[\s\S])*"?/y;
      string.lastIndex = at;
      return at + (string.exec(this.#text)?.[0].length ?? 1);
    }
    const character = /^'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])'/u.exec(rest);
    return character === null ? undefined : at + character[0].length;
  }

  #after(mark: string, from: number): number {
    const found = this.#text.indexOf(mark, from);
    return found === -1 ? this.#text.length : found + mark.length;
  }

  #afterComment(from: number): number {
    let depth = 0;
    const mark = /\/\*|\*\//g;
    mark.lastIndex = from;
    for (let found = mark.exec(this.#text); found !== null; found = mark.exec(this.#text)) {
      depth += found[0] === '/*' ? 1 : -1;
      if (depth === 0) return mark.lastIndex;
    }
    return this.#text.length;
  }
}

function keyOf(head: string): string {
  const [, kind, name] = named.exec(head) ?? [];
  const isBlock = /^(unsafe\s+|default\s+)*impl\b/.test(head);
  return kind === undefined || isBlock ? head.replace(/\s+/g, ' ') : `${kind} ${name}`;
}
