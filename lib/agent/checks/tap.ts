import type { RawResult } from './ecosystem.ts';

const point = /^( *)(not )?ok\b *(\d+)?(?: +|$)(.*)$/;
const comment = /^( *)# (Subtest: )?(.*)$/;
const plan = /^\s*(1\.\.\d+|TAP version \d+)/;
const summary = /^(tests|pass|fail|skip|todo|ok|time|suites|cancelled|skipped|duration_ms)\b[ =:]?/;
const directive = /(?:^|\s)# *(skip|todo)\b.*$/i;

interface Point {
  readonly depth: number;
  readonly failed: boolean;
  readonly skipped: boolean;
  readonly name: string;
}
/** A named test that assertions belong to; `named` where a runner announced it. */
interface Group {
  readonly name: string;
  readonly depth: number;
  status: RawResult['status'] | 'empty';
  lines: string[];
}

/**
 * Reads TAP 12 to 14 from a command's output. Where a runner groups assertions under a name (tape's
 * `# name`, subtests by indentation) the name is the test; else each point is. Null where the output is no TAP.
 */
export function parseTap(output: string): RawResult[] | null {
  const lines = output.split('\n').map((line) => line.replace(/\r$/, ''));
  if (!lines.some((line) => plan.test(line)) || !lines.some((line) => point.test(line)))
    return null;
  const state = new TapReader();
  for (const line of lines) state.take(line);
  return state.results();
}

/** A result whose lines grow while what follows its point is read. */
interface Entry {
  readonly names: readonly string[];
  readonly status: RawResult['status'];
  readonly lines: readonly string[];
}

class TapReader {
  readonly #entries: Entry[] = [];
  /** Names announced by `# Subtest:` that no point has closed yet. */
  #open: Group[] = [];
  /** A flat comment, as tape writes: the points after it are its assertions. */
  #flat: Group | undefined;
  /** The outermost plan was seen: at the end, or before the first point. */
  #planned = false;
  /** Points that outermost plans announced, and those that came. */
  #announced = 0;
  #came = 0;
  /** Lines of the last failed point. */
  #last: string[] | undefined;
  /** The line before was a failed point, or a comment on one. */
  #failing = false;

  take(line: string): void {
    const found = point.exec(line);
    const said = comment.exec(line);
    const announced = /^1\.\.(\d+)/.exec(line)?.[1];
    if (announced !== undefined) {
      this.#planned = true;
      this.#announced += Number(announced);
    }
    if (found !== null && found[1] === '') this.#came += 1;
    // What a failed point is followed by at once says why; a test that is announced comes after its YAML.
    const note = said !== null && said[2] === undefined && !summary.test(said[3] ?? '');
    const why = this.#failing && note;
    this.#failing = why || found?.[2] !== undefined;
    if (found !== null) this.#point(pointOf(found));
    else if (said !== null && !why) this.#comment(said);
    else if (this.#last !== undefined && this.#last.length < 40 && line.trim() !== '') {
      this.#last.push(line.trim());
    }
  }

  results(): RawResult[] {
    // A test announced last, with no assertion and no plan after it: the process ended in it.
    if (this.#flat?.status === 'empty' && !this.#planned) this.#flat.status = 'failed';
    this.#closeFlat();
    for (const group of this.#open) this.#add(this.#path(group), 'failed', ['never ended']);
    this.#open = [];
    // Points that never came, or that something else printed.
    if (this.#planned && this.#came !== this.#announced) {
      const lines = [`${this.#announced} were announced and ${this.#came} came`];
      this.#add(['(plan)'], 'failed', lines);
    }
    return this.#entries.map(({ names, status, lines }) => ({
      file: '',
      names,
      status,
      ...(status === 'failed' ? { message: lines.join('\n') } : {}),
    }));
  }

  #comment([, indent = '', subtest, name = '']: RegExpExecArray): void {
    if (subtest !== undefined) {
      const depth = indent.length;
      this.#open = this.#open.filter((group) => group.depth < depth);
      this.#open.push({ name, depth, status: 'empty', lines: [] });
    } else if (indent === '' && this.#open.length === 0 && !summary.test(name)) {
      this.#closeFlat();
      this.#flat = { name, depth: 0, status: 'empty', lines: [] };
    }
  }

  #point({ depth, name, failed, skipped }: Point): void {
    const status = skipped ? 'skipped' : failed ? 'failed' : 'passed';
    const lines = failed ? [name] : [];
    this.#last = failed ? lines : undefined;
    const closes = this.#open.find((group) => group.depth === depth && group.name === name);
    if (closes !== undefined) {
      const names = this.#path(closes);
      this.#open = this.#open.filter((group) => group.depth < depth);
      // The assertion that failed says more than the test's own closing line.
      this.#add(names, status, closes.lines.length > 0 ? closes.lines : lines);
      return;
    }
    const group =
      this.#open.findLast((open) => open.depth < depth) ?? (depth === 0 ? this.#flat : undefined);
    if (group !== undefined) join(group, status, lines);
    else if (depth === 0) this.#add([name], status, lines);
  }

  #add(names: readonly string[], status: RawResult['status'], lines: readonly string[]): void {
    this.#entries.push({ names, status, lines });
  }

  #path(group: Group): string[] {
    return [...this.#open.filter((open) => open.depth < group.depth), group].map((g) => g.name);
  }

  #closeFlat(): void {
    const flat = this.#flat;
    this.#flat = undefined;
    if (flat !== undefined && flat.status !== 'empty') {
      this.#add([flat.name], flat.status, flat.lines);
    }
  }
}

/** A test is as bad as its worst assertion; it is skipped only where all of them are. */
function join(group: Group, status: RawResult['status'], lines: string[]): void {
  if (status === 'failed' || group.status === 'empty') group.status = status;
  else if (status === 'passed' && group.status === 'skipped') group.status = 'passed';
  if (status === 'failed' && group.lines.length === 0) group.lines = lines;
}

function pointOf([, indent = '', not, , rest = '']: RegExpExecArray): Point {
  const skipped = directive.test(rest);
  const name = rest
    .replace(directive, '')
    .replace(/\s+# time=.*$/, '')
    .replace(/^- /, '')
    .replace(/\s*\{\s*$/, '')
    .trim();
  return { depth: indent.length, failed: not !== undefined, skipped, name: name || '(unnamed)' };
}
