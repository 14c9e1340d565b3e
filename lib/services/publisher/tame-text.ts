/**
 * Text that a model or a stranger wrote, made fit to stand in what we publish: it still reads the same, but
 * mentions nobody, closes no issue, loads no image, holds no HTML, hides nothing and commands no bot.
 */
export function tame(text: string, limit = 4000): string {
  const visible = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Cf}|\p{Co}|\p{Cs}/gu, '')
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    // What is left of nested ones opens none again.
    .replaceAll('<!--', '< !--')
    .trim();
  return blocksOf(clipped(visible, limit)).map(tameBlock).join('\n');
}

/** As `tame`, on one line. */
export function tameLine(text: string, limit = 300): string {
  const line = text.replace(/`{3,}|~{3,}/g, ' ').replace(/\s+/g, ' ');
  return tame(line, limit);
}

/** As `tame`, as a quotation: its headings are not taken for ours. */
export function quote(text: string, limit = 4000): string {
  return tame(text, limit)
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

/** The text as inline code, in which nothing is active. */
export function code(text: string, limit = 300): string {
  const line = text.replace(/[^\P{Cc}]|\p{Cf}/gu, ' ').replace(/[\s`]+/g, ' ');
  return `\`${clipped(line.trim() || ' ', limit).replaceAll('|', '\\|')}\``;
}

/** Cuts a text and says so. */
function clipped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

interface TextBlock {
  readonly code: boolean;
  readonly lines: readonly string[];
}

/**
 * Splits at fences that start a line, the only ones left in prose as they are: on what is within them this
 * reading and GitHub's agree. One that is never closed is closed here.
 */
function blocksOf(text: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  let prose: string[] = [];
  let fenced: string[] | undefined;
  let fence = '';
  for (const line of text.split('\n')) {
    const mark = /^(`{3,}|~{3,})(.*)$/.exec(line);
    if (fenced !== undefined) {
      fenced.push(line);
      const closes = new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},}[ \\t]*$`);
      if (closes.test(line)) {
        blocks.push({ code: true, lines: fenced });
        fenced = undefined;
      }
    } else if (mark?.[1] !== undefined && /^[\w+#. -]*$/.test(mark[2] ?? '')) {
      blocks.push({ code: false, lines: prose });
      prose = [];
      fence = mark[1];
      fenced = [line];
    } else prose.push(line);
  }
  blocks.push(fenced ? { code: true, lines: [...fenced, fence] } : { code: false, lines: prose });
  return blocks.filter(({ lines }) => lines.length > 0);
}

const closingWords =
  /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)([^A-Za-z0-9]{1,20})(?=[\w./-]*#\d|GH-\d|https?:)/gi;

function tameBlock({ code: isCode, lines }: TextBlock): string {
  const text = lines.join('\n');
  if (isCode) return text;
  return (
    text
      .replace(/`{3,}/g, '``')
      .replace(/~{3,}/g, '~~')
      // A space after it keeps HTML from being HTML, in code as well as in prose.
      .replace(/<(?=[A-Za-z/!?])/g, '< ')
      .replace(/&(?=#?\w{1,32};)/g, '& ')
      .replace(/!(?=\[)/g, '! ')
      .replace(/(?<![A-Za-z0-9])@(?=[A-Za-z0-9])/g, '@ ')
      .replace(closingWords, '$1 issue$2')
      .replace(/^\/(?=[a-z])/gim, ' /')
  );
}
