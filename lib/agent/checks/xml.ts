/** An element of an XML file. `start` and `end` are its place in the text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text directly in it. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
interface Open {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
  start: number;
}

const token =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/y;
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const deepest = 200;
const named: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

/**
 * Reads an XML file as test runners write them: its outermost element; undefined where it is not well formed,
 * cut off, or declares entities of its own, which nobody needs here.
 */
export function parseXml(text: string): XmlElement | undefined {
  const open: Open[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const found = token.exec(text);
    if (found === null) return undefined;
    const [, data, closes, opens, attributes = '', empty, plain] = found;
    const top = open.at(-1);
    if (top !== undefined) top.text += data ?? (plain === undefined ? '' : decoded(plain));
    if (opens !== undefined) {
      const made = {
        name: opens,
        attributes: attributesOf(attributes),
        children: [],
        text: '',
        start: at,
      };
      open.push(made);
      if (open.length > deepest) return undefined;
    }
    if (closes === undefined && empty !== '/') continue;
    const done = open.pop();
    if (done === undefined || (closes !== undefined && closes !== done.name)) return undefined;
    const element = { ...done, end: token.lastIndex };
    const parent = open.at(-1);
    if (parent === undefined) return element;
    parent.children.push(element);
  }
  return undefined;
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(attribute)];
  return Object.fromEntries(
    pairs.map(([, name = '', one, two]) => [name, decoded(one ?? two ?? '')]),
  );
}

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return named[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}
