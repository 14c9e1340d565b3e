import type { EngineCell } from './engine-cell.ts';
import { markdownTable } from './table.ts';

const columns = [
  ['engine', (cell: EngineCell) => `\`${cell.engine}\``],
  ['server was asked', (cell: EngineCell) => cell.wires.join(', ') || '–'],
  ['outcome', (cell: EngineCell) => cell.outcome],
  ['error', (cell: EngineCell) => cell.error ?? '–'],
  ['handed on by', (cell: EngineCell) => cell.stages.join(', ') || 'no role'],
  ['hidden test', (cell: EngineCell) => cell.hidden ?? '–'],
  ['calls', (cell: EngineCell) => String(cell.calls)],
  ['of them cut by the end', (cell: EngineCell) => String(cell.givenUp)],
  ['protocol errors', (cell: EngineCell) => String(cell.protocolErrors.length)],
  ['tokens in / out', (cell: EngineCell) => `${cell.inputTokens} / ${cell.outputTokens}`],
  ['seconds', (cell: EngineCell) => String(cell.seconds)],
  ['ledger', (cell: EngineCell) => cell.ledger],
] as const;

/** The cells as a Markdown table; below it each protocol error in its own words, and the sums. */
export function engineTable(cells: readonly EngineCell[]): string {
  const errors = cells.flatMap((cell) =>
    cell.protocolErrors.map((error) => `- \`${cell.engine}\`: ${error}`),
  );
  return [markdownTable(columns, cells), ...(errors.length === 0 ? [] : [errors.join('\n')])]
    .concat(engineSummary(cells))
    .join('\n\n');
}

/** One line: how many runs, protocol errors, ends without a name, and ledgers that hold. */
export function engineSummary(cells: readonly EngineCell[]): string {
  const errors = cells.reduce((sum, { protocolErrors }) => sum + protocolErrors.length, 0);
  const held = cells.filter(({ ledger }) => ledger === 'verified').length;
  const of = (pick: (cell: EngineCell) => string) => [...new Set(cells.map(pick))].join(', ');
  return [
    `${of(({ model }) => model)}, ${of(({ date }) => date.slice(0, 10))}, issue ${of((cell) => cell.case)}:`,
    `${cells.length} runs, ${errors} protocol errors, ${cells.filter(isUnnamed).length} without a named end,`,
    `${held} ledgers verified.`,
  ].join(' ');
}

/** No protocol error, an end that has a name, and a ledger that holds. */
export function isClean(cell: EngineCell): boolean {
  return cell.protocolErrors.length === 0 && !isUnnamed(cell) && cell.ledger === 'verified';
}

function isUnnamed({ outcome, error }: EngineCell): boolean {
  return outcome === 'none' || (outcome === 'failed' && error === null);
}
