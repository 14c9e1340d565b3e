import { cleanTag, type Removed } from './clean-tag.ts';

const marks = {
  comment: '[hidden comment removed]',
  definition: '[hidden link definition removed]',
};

/** Entities by name for characters that nobody sees. */
const unseenNames =
  'ZeroWidthSpace|NegativeVeryThinSpace|NegativeThinSpace|NegativeMediumSpace|NegativeThickSpace|NoBreak|ApplyFunction|af|InvisibleTimes|it|InvisibleComma|ic|zwnj|zwj|lrm|rlm|shy';
const entity = new RegExp(`&(?:#(\\d{1,8})|#[xX]([0-9A-Fa-f]{1,8})|(?:${unseenNames}));`, 'y');
const unseen = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;

/** Of the words beside it a page shows none; the first says what the code is in. */
const fence = /( {0,3})(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})([^\n]*)(?:\n|$)/y;
const language = /^[ \t]*[\w+#.-]{0,40}/;
/** One in a list or a quotation, whose end is not looked for. */
const innerFence = /((?:[ \t]|[>*+-]|\d{1,9}[.)]){1,40})(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})([^\n]*)/y;
/** A line of code, where no paragraph goes on. */
const indented = /(?: {4}| {0,3}\t)/y;
const htmlLine = /[ ]{0,3}<(?:(pre|script|style|textarea)\b|[A-Za-z/!?])/iy;
/** A line below which a definition can stand: one that is blank, a heading, a quotation, an item. */
const opening = /[ \t]*(?:\n|$)|[ ]{0,3}(?:#|>|[-*+] |\d{1,9}[.)] )/y;
const definition =
  /[ ]{0,3}(?:> ?|[-*+] |\d{1,9}[.)] ){0,5}[ ]{0,3}\[(?!\^)(?:[^[\]\\]|\\.){1,999}\]:[ \t]*\n?[ \t]*(?:<[^<>\n]*>|[^\s<]\S*)(?:[ \t]*\n?[ \t]+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?[ \t]*(?=\n|$)/y;
const image = /!\[((?:[^[\]\\]|\\.|\[[^[\]]{0,300}\]){1,2000})\](?=[([])/y;
const linkEnd =
  /\]\(\s*(<(?![!?])[^<>\n]*>|[^\s()<]*(?:\([^\s()]*\)[^\s()]*){0,9})(\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?\s*\)/y;
const special = /[\\`<![\]&\n]/g;

/**
 * Markdown as a page shows it: comments, elements and attributes that are not shown, descriptions of images, titles and
 * definitions of links, and entities for invisible characters are taken out and counted in `removed`. Code stays as it
 * is, since a page shows it: fences, and spans within a line. One pass; what it leaves may hold more.
 */
export function cleanMarkup(text: string, removed: Removed): string {
  const place = { text, at: 0, htmlUntil: 0, fresh: true, removed };
  let out = '';
  while (place.at < text.length) {
    const begins = place.at === 0 || text[place.at - 1] === '\n';
    const taken = (begins ? lineStart(place) : undefined) ?? inline(place);
    out += taken;
  }
  return out;
}

interface Place {
  readonly text: string;
  at: number;
  /** Where the HTML block ends that we are in: Markdown's own signs mean nothing up to there. */
  htmlUntil: number;
  /** A definition can stand on the line that comes next. */
  fresh: boolean;
  readonly removed: Removed;
}

/** What begins a block; undefined where the line is like any other. */
function lineStart(place: Place): string | undefined {
  const { text, at, removed } = place;
  const { fresh } = place;
  place.fresh =
    matchAt(opening, text, at) !== null || (fresh && matchAt(indented, text, at) !== null);
  if (at < place.htmlUntil) return undefined;
  const sign = matchAt(fence, text, at);
  if (sign !== null) {
    place.fresh = true;
    return fenced(place, sign);
  }
  const inner = matchAt(innerFence, text, at);
  if (inner !== null) return firstLine(place, inner);
  const found = fresh || place.fresh ? matchAt(definition, text, at) : null;
  if (found !== null) {
    removed.definitions += 1;
    place.fresh = true;
    place.at += found[0].length;
    return marks.definition;
  }
  const html = matchAt(htmlLine, text, at);
  if (html !== null) place.htmlUntil = htmlEnd(text, at, html[1]);
  return undefined;
}

/** Code in a fence as it is. */
function fenced(place: Place, sign: RegExpExecArray): string {
  const body = place.at + sign[0].length;
  return firstLine(place, sign) + take(place, fenceEnd(place.text, body, sign[2] ?? ''));
}

/** The line that opens a fence, without what it says beside the language. */
function firstLine(place: Place, [, before = '', sign = '', words = '']: RegExpExecArray): string {
  const kept = language.exec(words)?.[0] ?? '';
  const hides = words.slice(kept.length).trim() !== '';
  if (hides) place.removed.attributes += 1;
  place.at += before.length + sign.length + words.length;
  return `${before}${sign}${hides ? kept : words}`;
}

/** After the line that closes the fence, or the end of the text. */
function fenceEnd(text: string, from: number, sign: string): number {
  const closing = new RegExp(`^ {0,3}\\${sign[0]}{${sign.length},}[ \\t]*(?:\\n|$)`, 'gm');
  closing.lastIndex = from;
  const found = closing.exec(text);
  return found === null ? text.length : found.index + found[0].length;
}

function htmlEnd(text: string, from: number, raw: string | undefined): number {
  const end = raw === undefined ? /\n[ \t]*(?:\n|$)/g : new RegExp(`</${raw}\\s*>`, 'gi');
  end.lastIndex = from;
  const found = end.exec(text);
  return found === null ? text.length : found.index + found[0].length;
}

function inline(place: Place): string {
  const { text, at, removed } = place;
  const inHtml = at < place.htmlUntil;
  switch (text[at]) {
    case '\\':
      return take(place, at + (inHtml ? 1 : 2));
    case '`':
      return take(place, inHtml ? at + 1 : spanEnd(text, at));
    case '<': {
      const { out, end } = cleanAngle(text, at, removed);
      place.at = end;
      return out;
    }
    case '!':
      return swap(place, image, () => '![]', 'attributes');
    case ']':
      return swap(place, linkEnd, ([, to = '']) => `](${addressOf(to)})`, 'attributes');
    case '&':
      return swap(place, entity, (found) => (isUnseen(found) ? ' ' : found[0]), 'characters');
    default: {
      special.lastIndex = at + 1;
      return take(place, special.exec(text)?.index ?? text.length, text[at] === '\n');
    }
  }
}

/** Copies up to `end`; after a line break only that, since a block may begin there. */
function take(place: Place, end: number, lineBreak = false): string {
  const from = place.at;
  place.at = lineBreak ? from + 1 : Math.min(end, place.text.length);
  return place.text.slice(from, place.at);
}

function swap(
  place: Place,
  form: RegExp,
  into: (found: RegExpExecArray) => string,
  counted: keyof Removed,
): string {
  const found = matchAt(form, place.text, place.at);
  if (found === null) return take(place, place.at + 1);
  const out = into(found);
  if (out !== found[0]) place.removed[counted] += 1;
  place.at += found[0].length;
  return out;
}

/** A comment, an instruction to a program, a declaration, or a tag. */
function cleanAngle(text: string, at: number, removed: Removed): { out: string; end: number } {
  for (const [begin, close] of hiding) {
    if (!text.startsWith(begin, at)) continue;
    removed.comments += 1;
    const empty = begin === '<!--' ? matchAt(/<!---?>/y, text, at)?.[0].length : undefined;
    if (empty !== undefined) return { out: marks.comment, end: at + empty };
    const end = text.indexOf(close, at + begin.length);
    return { out: marks.comment, end: end < 0 ? text.length : end + close.length };
  }
  return cleanTag(text, at, removed);
}
const hiding = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!DOCTYPE', '>'],
] as const;

/** After the span of code that begins here; spans are looked for within a line and 2000 characters. */
function spanEnd(text: string, at: number): number {
  const ticks = matchAt(/`+/y, text, at)?.[0].length ?? 1;
  const line = text.slice(at + ticks, at + ticks + 2000).split('\n', 1)[0] ?? '';
  for (const run of line.matchAll(/`+/g)) {
    if (run[0].length === ticks) return at + ticks + run.index + ticks;
  }
  return at + ticks;
}

/** Where a link leads, where that can be told in one word; what is in the address itself is no address. */
function addressOf(to: string): string {
  const unseenIn = [...to.matchAll(new RegExp(entity.source, 'g'))].some(isUnseen);
  return /\s/.test(to) || /^<?\s*data:./i.test(to) || unseenIn ? '' : to;
}

function isUnseen([, decimal, hex]: RegExpExecArray | RegExpMatchArray): boolean {
  if (decimal === undefined && hex === undefined) return true;
  const code = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10);
  return (
    code <= 0x10ffff && unseen.test(String.fromCodePoint(code)) && !(code === 9 || code === 10)
  );
}

function matchAt(form: RegExp, text: string, at: number): RegExpExecArray | null {
  form.lastIndex = at;
  return form.exec(text);
}
