const most = { examples: 12, length: 400 };

/**
 * The pieces of an issue that show something exactly: sentences with code, figures or quotes in them, and
 * blocks of code. A model picks from these, so that what goes into a plan word for word is word for word.
 */
export function examplesIn(body: string): string[] {
  const pieces = body
    .replace(/\r\n?/g, '\n')
    .split(/\n\s*\n/)
    .flatMap((paragraph) => (isCode(paragraph) ? [unfenced(paragraph)] : sentencesOf(paragraph)));
  const telling = pieces.filter(
    (piece) => /[`"'\d=:]|\n/.test(piece) && piece.length <= most.length,
  );
  return [...new Set(telling)].slice(0, most.examples);
}

function isCode(paragraph: string): boolean {
  return (
    /^\s*(```|~~~)/.test(paragraph) ||
    paragraph.split('\n').every((line) => /^( {4}|\t)/.test(line))
  );
}

function unfenced(block: string): string {
  return block
    .split('\n')
    .filter((line) => !/^\s*(```|~~~)/.test(line))
    .map((line) => line.replace(/^( {4}|\t)/, ''))
    .join('\n')
    .trim();
}

/** Wrapped lines joined; list items apart. */
function sentencesOf(paragraph: string): string[] {
  return paragraph
    .split(/\n(?=\s*(?:[-*+]|\d+[.)])\s)/)
    .flatMap((item) => item.replace(/\s*\n\s*/g, ' ').split(/(?<=[.!?])\s+(?=[A-Z`"])/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '' && !sentence.startsWith('#'));
}
