import type { RawResult } from './ecosystem.ts';

const opening = /^running (\d+) tests?$/;
const point = /^test (.+?) \.\.\. (ok|FAILED|failed|ignored|bench:)(?:$|[ ,(].*$)/;
const ending = /^test result: /;
const heading = /^---- (.+) stdout ----$/;
const messageLimit = 4000;

/** One result of libtest's, by its name as it is printed. */
export interface LibtestResult {
  readonly name: string;
  readonly status: RawResult['status'];
  readonly message?: string | undefined;
}
/** What a test program or rustdoc printed. */
export interface Libtest {
  readonly results: readonly LibtestResult[];
  /** Every group of tests came to its own end, and named as many tests as it had said. */
  readonly whole: boolean;
}

/**
 * Reads what Rust's own test harness prints. Null where the text begins no group of tests. What tests print
 * past the harness can look like results; then their number is another than was announced.
 */
export function parseLibtest(output: string): Libtest | null {
  const results: LibtestResult[] = [];
  const messages = messagesOf(output);
  let expected: number | undefined;
  let seen = 0;
  let whole = true;
  let groups = 0;
  for (const line of output.split('\n')) {
    const announced = opening.exec(line)?.[1];
    if (announced !== undefined) {
      if (expected !== undefined) whole = false;
      groups += 1;
      expected = Number(announced);
      seen = 0;
    } else if (expected !== undefined && ending.test(line)) {
      if (seen !== expected) whole = false;
      expected = undefined;
    } else if (expected !== undefined) {
      const found = pointOf(line, messages);
      if (found === undefined) continue;
      seen += 1;
      results.push(found);
    }
  }
  return groups === 0 ? null : { results, whole: whole && expected === undefined };
}

function pointOf(line: string, messages: ReadonlyMap<string, string>): LibtestResult | undefined {
  const [, printed = '', word = ''] = point.exec(line) ?? [];
  if (printed === '') return undefined;
  const name = printed.replace(/ - should panic$/, '');
  if (word === 'ignored') return { name, status: 'skipped' };
  if (!/^failed$/i.test(word)) return { name, status: 'passed' };
  return { name, status: 'failed', message: messages.get(name) };
}

/** What failing tests said, by their names. */
function messagesOf(output: string): Map<string, string> {
  const messages = new Map<string, string>();
  let name: string | undefined;
  for (const line of output.split('\n')) {
    const next = heading.exec(line)?.[1];
    if (next !== undefined) {
      name = next;
      messages.set(name, '');
    } else if (/^failures:$/.test(line) || ending.test(line)) name = undefined;
    else if (name !== undefined) {
      const said = messages.get(name) ?? '';
      if (said.length < messageLimit) messages.set(name, `${said}${line}\n`);
    }
  }
  return messages;
}
