/** An emoji with its presentation and skin, and those that joiners tie to it. */
const emoji = String.raw`\p{Extended_Pictographic}(?:[\ufe0e\ufe0f]|\p{Emoji_Modifier})?`;
/** What kills a vowel in an Indic script: joiners beside it choose between forms of a letter. */
const virama = String.raw`[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]`;

/**
 * Where such characters belong to what is seen: within an emoji, a key or one of three flags, and between letters
 * whose form they choose (Persian, Hindi and their like). At most one stands between two characters that are seen.
 * A flag comes before the emoji that it begins with.
 */
const seen = [
  String.raw`\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}`,
  String.raw`${emoji}(?:\u200d${emoji})*`,
  String.raw`[0-9#*]\ufe0f\u20e3`,
  String.raw`(?<=\p{Script=Arabic})[\u200c\u200d](?=\p{Script=Arabic})`,
  String.raw`(?<=${virama})[\u200c\u200d](?=\p{L})`,
  String.raw`(?<=\p{L})\u200d(?=${virama})`,
];

/**
 * What a person does not see and a model reads: controls, zero-width characters, bidirectional controls, variation
 * selectors, tags, fillers.
 */
const pattern = new RegExp(
  `(${seen.join('|')})|(?:(?!\\n|\\t|\\r\\n)[\\p{Cc}\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb])+`,
  'gu',
);

/** What a program says to a terminal only: colours, the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const styling = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** The text without hidden characters, and how many were taken out. Idempotent, and shows every letter as before. */
export function withoutHidden(text: string): { readonly text: string; readonly count: number } {
  let count = 0;
  const left = text.toWellFormed().replace(pattern, (found: string, kept?: string) => {
    if (kept !== undefined) return found;
    count += [...found].length;
    return '';
  });
  return { text: left, count };
}

/** True where the text holds what a person does not see. */
export function holdsHidden(text: string): boolean {
  return withoutHidden(text).count > 0;
}

/**
 * The text with its hidden characters named instead, `<U+202E>`: for code, diffs and output, where they must be found.
 * Styling for a terminal goes without a word. Idempotent.
 */
export function showHidden(text: string): string {
  return text
    .toWellFormed()
    .replace(styling, '')
    .replace(/\r(?!\n)/g, '\n')
    .replace(/^\ufeff/, '')
    .replace(pattern, (found: string, kept?: string) => kept ?? named([...found]));
}

function named(characters: readonly string[]): string {
  const [first = ''] = characters;
  const code = (first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const more = characters.length - 1;
  return more === 0 ? `<U+${code}>` : `<U+${code} and ${more} more hidden characters>`;
}
