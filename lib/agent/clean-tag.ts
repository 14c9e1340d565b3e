/** What was taken out of a text because a page does not show it, by kind. */
export interface Removed {
  characters: number;
  comments: number;
  elements: number;
  attributes: number;
  definitions: number;
}

const mark = '[hidden element removed]';
const tag =
  /<(\/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*)\s*(\/?)>/y;
const attribute = /([A-Za-z_:][\w.:-]*)(?:\s*=\s*([^\s"'=<>`]+|'[^']*'|"[^"]*"))?/g;

/** Elements whose content no page shows. */
const neverShown = new Set(['script', 'style', 'template', 'noscript']);
const withoutContent = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
const hiding =
  /display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])|font-size\s*:\s*0(?![.\d]*[1-9])/i;

/** Attributes that people see the effect of, and the values that can't be a text of their own. */
const shown: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(['href', 'src'].map((name) => [name, /^(?!data:)\S{1,500}$/i])),
  ...Object.fromEntries(
    ['width', 'height', 'start', 'colspan', 'rowspan'].map((name) => [name, /^\d{1,5}(?:px|%)?$/]),
  ),
  align: /^(?:left|right|center)$/i,
  open: /^(?:open)?$/i,
  checked: /^(?:checked)?$/i,
};

/**
 * One tag, without the attributes that a page does not show; an element that is hidden goes with all it holds. `out`
 * stands for the text from `at` to `end`.
 */
export function cleanTag(
  text: string,
  at: number,
  removed: Removed,
): { readonly out: string; readonly end: number } {
  tag.lastIndex = at;
  const found = tag.exec(text);
  if (found === null) return { out: '<', end: at + 1 };
  const [whole, slash = '', name = '', given = '', closed = ''] = found;
  const end = at + whole.length;
  const attributes = [...given.matchAll(attribute)].map(([written, key = '', value = '']) => ({
    written,
    key: key.toLowerCase(),
    value: value.replace(/^(["'])([\s\S]*)\1$/, '$2'),
  }));
  const lower = name.toLowerCase();
  if (slash === '' && (neverShown.has(lower) || attributes.some(hides))) {
    const last = withoutContent.has(lower) || closed !== '' ? end : closingEnd(text, end, lower);
    if (last !== undefined) {
      removed.elements += 1;
      return { out: mark, end: last };
    }
  }
  const kept = attributes.filter(
    ({ key, value }) => Object.hasOwn(shown, key) && shown[key]?.test(value),
  );
  if (kept.length === attributes.length) return { out: whole, end };
  removed.attributes += attributes.length - kept.length;
  const words = kept.map(({ written }) => ` ${written}`).join('');
  return { out: `<${slash}${name}${words}${closed}>`, end };
}

function hides({ key, value }: { readonly key: string; readonly value: string }): boolean {
  if (key === 'style') return hiding.test(value);
  return key === 'hidden' || (key === 'aria-hidden' && /^true$/i.test(value));
}

/** After the closing tag of that name, if there is one. */
function closingEnd(text: string, from: number, name: string): number | undefined {
  const closing = new RegExp(`</${name}\\s*>`, 'gi');
  closing.lastIndex = from;
  const found = closing.exec(text);
  return found === null ? undefined : found.index + found[0].length;
}
