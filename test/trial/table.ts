import type { Cell } from './cell.ts';

const columns = [
  ['issue', (cell: Cell) => cell.case],
  ['language', (cell: Cell) => cell.language],
  ['time', (cell: Cell) => String(cell.time)],
  ['outcome', (cell: Cell) => cell.outcome],
  ['error', (cell: Cell) => cell.error ?? '–'],
  ['evidence', (cell: Cell) => cell.evidence ?? '–'],
  ['hidden test', (cell: Cell) => cell.hidden ?? '–'],
  ['ledger', (cell: Cell) => cell.ledger],
  ['turns', (cell: Cell) => String(cell.turns)],
  ['tokens in / out', (cell: Cell) => `${cell.inputTokens} / ${cell.outputTokens}`],
  ['seconds', (cell: Cell) => String(cell.seconds)],
] as const;

/** The cells as a Markdown table, and the sums in one line below it. */
export function tableOf(cells: readonly Cell[]): string {
  return `${markdownTable(columns, cells)}\n\n${summaryOf(cells)}`;
}

/** Rows as a Markdown table: of each column its head, and what stands in it. */
export function markdownTable<T>(
  columns: readonly (readonly [string, (row: T) => string])[],
  rows: readonly T[],
): string {
  const head = columns.map(([name]) => name);
  const body = rows.map((row) => columns.map(([, value]) => value(row)));
  const lines = [head, head.map(() => '---'), ...body];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** One line: how many runs, how they ended, and how many were wrong without anyone saying so. */
export function summaryOf(cells: readonly Cell[]): string {
  const count = (is: (cell: Cell) => boolean) => cells.filter(is).length;
  const models = [...new Set(cells.map((cell) => cell.model))].join(', ');
  const dates = [...new Set(cells.map((cell) => cell.date.slice(0, 10)))].join(', ');
  const handed = count((cell) => cell.outcome === 'handed-over');
  const proven = count((cell) => cell.outcome === 'handed-over' && cell.evidence === 'good');
  const unnamed = count((cell) => cell.outcome === 'failed' && cell.error === null);
  return [
    `${models}, ${dates}: ${cells.length} runs, ${handed} handed over (${proven} with good Evidence),`,
    `${count((cell) => cell.falseSuccess)} false successes by the hidden test,`,
    `${unnamed} without a named end, ${count((cell) => cell.ledger === 'verified')} ledgers verified.`,
  ].join(' ');
}
