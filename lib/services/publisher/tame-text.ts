import { withoutHidden } from '../../domain/hidden-text.ts';
import { redact } from '../../domain/redact.ts';

/**
 * Text that a model or a stranger wrote, made fit to stand in what we publish: it still reads the same, but mentions
 * nobody, closes no issue, loads no image, leads nowhere by a click, holds no HTML and no credential, hides nothing,
 * commands no bot and no CI, and forges no trailer: what we publish may become a commit's message when it is merged.
 */
export function tame(text: string, limit = 4000): string {
  return calm(blocksOf(visible(text, limit)).map(tameBlock).join('\n'));
}

/** As `tame`, for a commit's message, in which GitHub obeys what stands in code as well. */
export function tameMessage(text: string, limit = 4000): string {
  const blocks = blocksOf(visible(text, limit));
  const whole = blocks.map((block) =>
    block.code ? quiet(block.lines.join('\n')) : tameBlock(block),
  );
  return calm(whole.join('\n'));
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
  const line = withoutHidden(text).text.replace(/[\s`]+/g, ' ');
  const shown = clipped(redact(line.trim()).value || ' ', limit);
  return `\`${shown.replaceAll('|', '\\|')}\``;
}

/** What people see of it; credentials are looked for in that, so that nothing hidden can part them. */
function visible(text: string, limit: number): string {
  const shown = withoutHidden(text.replace(/\r\n?/g, '\n'))
    .text.replace(/\p{Co}/gu, '')
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    // What is left of nested ones opens none again.
    .replaceAll('<!--', '< !--')
    .trim();
  return clipped(redact(shown).value, limit);
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

/** Before a reference to an issue: by number, of another repository, as GH-1, as an address, in a link's text. */
const closingWords =
  /(?<![A-Za-z0-9])(close[sd]?|fix(?:e[sd])?|resolve[sd]?)([^A-Za-z0-9]{1,200})(?=[\w./-]*#\s?\d|GH-\d|https?:|\w[^\][\n]{0,200}\] ?\()/gi;

/** What GitHub obeys or links to, in whatever it stands. */
function quiet(text: string): string {
  return (
    text
      .replace(closingWords, '$1 issue$2')
      .replace(/(?<![A-Za-z0-9])@(?=[A-Za-z0-9])/g, '@ ')
      // A reference to another repository's issue shows up there.
      .replace(/(?<![\w/.-])([\w.-]+\/[\w.-]+)#(?=\d)/g, '$1# ')
      // With a space in it an address is read and not followed.
      .replace(/(?<![A-Za-z0-9])(https?|ftp):(?=\/\/)/gi, '$1: ')
      .replace(/(?<![A-Za-z0-9])(www)\.(?=[A-Za-z0-9])/gi, '$1 .')
  );
}

function tameBlock({ code: isCode, lines }: TextBlock): string {
  const text = lines.join('\n');
  // A squash makes a commit's message of it all, in which code is obeyed.
  if (isCode) return text.replace(closingWords, '$1 issue$2');
  const plain = text
    .replace(/`{3,}/g, '``')
    .replace(/~{3,}/g, '~~')
    // A space after it keeps HTML from being HTML, in code as well as in prose.
    .replace(/<(?=[A-Za-z/!?])/g, '< ')
    .replace(/&(?=#?\w{1,32};)/g, '& ')
    .replace(/!(?=\[)/g, '! ')
    .replace(/\](?=\()/g, '] ')
    // Where a label begins depends on lists, quotations and escapes: none is let end.
    .replace(/\](?=:)/g, '] ')
    .replace(/(?<![\w:/.])\/\/(?=[\w[])/g, '// ')
    .replace(/^\/(?=[a-z])/gim, ' /');
  return quiet(plain);
}

/** Words that CI takes for a command, and lines that would pass for our own or a person's trailers. */
function calm(text: string): string {
  return text
    .replace(/\[(skip|ci|no|actions)([ -])(skip|ci|actions)\]/gi, '($1$2$3)')
    .replace(/^skip-checks:/gim, 'skip checks:')
    .replace(/(?<![a-z-])((?:[a-z]+-)+by|entropy-[a-z]+)\s*:/gi, '$1 -');
}
