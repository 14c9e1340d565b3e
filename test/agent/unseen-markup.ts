import { parse, postprocess, preprocess } from 'micromark';
import { holdsHidden } from '../../lib/domain/hidden-text.ts';

/** Attributes that show nothing by themselves, and by which an element is not shown. */
const unseenAttribute =
  /\s(?:hidden(?=[\s=/>])|(?:title|alt|aria-label|placeholder)\s*=\s*(?:"[^"]+"|'[^']+'|[^\s"'=<>`]+)|style\s*=[^>]*(?:display\s*:\s*none|font-size\s*:\s*0))/i;
const tag =
  /<[a-z][a-z0-9-]*(?:\s+(?:[^\s"'=<>/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?))*\s*\/?>/gi;
const within: Readonly<Record<string, string>> = {
  definition: 'a definition',
  resourceTitleString: "a link's title",
};

/** What a page made of the Markdown does not show, by a parser of CommonMark that is not ours. */
export function unseenMarkup(text: string): string[] {
  const events = postprocess(
    parse()
      .document()
      .write(preprocess()(text, 'utf8', true)),
  );
  let images = 0;
  return events.flatMap(([way, { type }, context], n): string[] => {
    const token = events[n]?.[1];
    if (token === undefined) return [];
    if (type === 'image') images += way === 'enter' ? 1 : -1;
    if (way === 'exit') return [];
    const said = () => context.sliceSerialize(token);
    const kind = within[type];
    if (kind !== undefined) return [`${kind}: ${said()}`];
    if (type === 'labelText' && images > 0 && said() !== '')
      return [`an image's description: ${said()}`];
    if (type === 'codeFencedFenceMeta') return [`words of a fence: ${said()}`];
    if (type === 'codeFencedFenceInfo' && said().length > 40) return [`a fence: ${said()}`];
    if (type === 'htmlFlow' || type === 'htmlText') return unseenHtml(said());
    if (type !== 'characterReferenceValue') return [];
    return isUnseen(said()) ? [`an entity: ${said()}`] : [];
  });
}

function unseenHtml(html: string): string[] {
  const hiding = /<!--|<\?|<!\[CDATA\[|<!DOCTYPE/i.exec(html)?.[0];
  const tags = [...html.matchAll(tag)].filter(([one]) => unseenAttribute.test(one));
  return [...(hiding === undefined ? [] : [hiding]), ...tags.map(([one]) => one)];
}

function isUnseen(value: string): boolean {
  const code = /^x/i.test(value) ? Number.parseInt(value.slice(1), 16) : Number(value);
  const named = /^(?:zwj|zwnj|shy|lrm|rlm)$/.test(value);
  return named || (code > 0 && code <= 0x10ffff && holdsHidden(String.fromCodePoint(code)));
}
