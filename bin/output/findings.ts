import type { Finding } from '../../lib/domain/finding.ts';
import { paint, printable, type Terminal } from './terminal.ts';

const marks = {
  ok: ['green', 'ok'],
  warning: ['yellow', 'warning'],
  error: ['red', 'error'],
} as const;

/** True where nothing has to be mended. */
export function allWell(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'error');
}

/** Prints findings for a person: a line each, and what to do where one does not stand well. */
export function writeFindings(
  findings: readonly Finding[],
  out: Terminal['out'] | Terminal['err'],
): void {
  for (const { name, state, detail, fix } of findings) {
    const [colour, word] = marks[state];
    const mark = paint(out, colour, word.padEnd(8));
    out.write(`${mark} ${name.padEnd(20)} ${printable(detail)}\n`);
    if (fix !== undefined)
      out.write(`${' '.repeat(29)} ${paint(out, 'dim', '->')} ${printable(fix)}\n`);
  }
}
