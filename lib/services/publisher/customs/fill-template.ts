/** What there is to say, as Markdown. Every part is said, wherever the template has a place for it. */
export interface Parts {
  readonly why: string;
  readonly what: string;
  readonly evidence: string;
  /** `Closes #7`; empty where there is nothing to close. */
  readonly issue: string;
}

type Part = keyof Parts;
interface Section {
  readonly heading: string;
  readonly text: string;
  readonly part: Part | undefined;
}

/** What a heading asks for; the first that fits. */
const meanings: readonly (readonly [RegExp, Part | undefined])[] = [
  [/check ?list|before (?:you|submit|merg)|type of change|breaking|screenshot/i, undefined],
  [/\btest|verif|validat|\bqa\b/i, 'evidence'],
  [/\bissues?\b|ticket|related|fixes|closes|references?/i, 'issue'],
  [/\bwhy\b|motivation|context|background|reason|rationale|problem|purpose/i, 'why'],
  [/\bwhat\b|change|descri|summary|overview|solution|approach|implement|\bhow\b/i, 'what'],
];

/**
 * The repository's pull request template with its headings kept, in their order, and filled where they ask
 * for what is known; other text and check boxes stay as they are. What found no place comes after it.
 */
export function fillTemplate(template: string, parts: Parts): string {
  const [lead, ...sections] = sectionsOf(template);
  const places = placesOf(sections, parts);
  const filled = sections.map(({ heading, text, part }, at) => {
    const said = part === undefined ? [] : (places.get(at) ?? []);
    const kept = said.length === 0 || /^\s*[-*] \[[ xX]\]/m.test(text) ? [text] : [];
    return [heading, ...said, ...kept].filter((one) => one !== '').join('\n\n');
  });
  const placed = new Set([...places.values()].flat());
  const homeless = [parts.why, parts.what].filter((part) => !placed.has(part));
  const rest = [
    ...(placed.has(parts.evidence) ? [] : [`## Evidence\n\n${parts.evidence}`]),
    ...(placed.has(parts.issue) ? [] : [parts.issue]),
  ];
  return [...homeless, lead?.text ?? '', ...filled, ...rest]
    .filter((one) => one !== '')
    .join('\n\n');
}

/** Each part goes to the first heading that asks for it; why and what stand in for each other. */
function placesOf(sections: readonly Section[], parts: Parts): Map<number, string[]> {
  const at = (part: Part) => sections.findIndex((section) => section.part === part);
  const places = new Map<number, string[]>();
  const why = at('why') >= 0 ? at('why') : at('what');
  const what = at('what') >= 0 ? at('what') : at('why');
  const wanted: [number, string][] = [
    [why, parts.why],
    [what, parts.what],
    [at('evidence'), parts.evidence],
    [at('issue'), parts.issue],
  ];
  for (const [place, text] of wanted) {
    if (place >= 0 && text !== '') places.set(place, [...(places.get(place) ?? []), text]);
  }
  return places;
}

/** The text before the first heading comes first, under none. */
function sectionsOf(template: string): Section[] {
  const text = template.replace(/\r\n?/g, '\n').replace(/<!--[\s\S]*?(?:-->|$)/g, '');
  const sections: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }];
  let fence = '';
  for (const line of text.split('\n')) {
    const isHeading = fence === '' && /^#{1,6}\s+\S/.test(line);
    fence = fenceAfter(line, fence);
    if (isHeading) sections.push({ heading: line.trim(), lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ heading, lines }) => ({
    heading,
    text: lines.join('\n').trim(),
    part: meanings.find(([pattern]) => pattern.test(heading))?.[1],
  }));
}

/** What opened the block of code that the next line is in; empty outside of any. */
function fenceAfter(line: string, fence: string): string {
  const [, mark = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  // What follows three backticks within one line is no block.
  if (fence === '') return mark.startsWith('`') && info.includes('`') ? '' : mark;
  return mark.startsWith(fence) && info.trim() === '' ? '' : fence;
}
