import type { Shape } from './shape.ts';

/** A line for each variable, in columns: name, what it takes, and "may be left out" where it may. */
export function describeShape(shape: Shape): string {
  const rows = Object.entries(shape).map(([name, kind]) => [
    name,
    kind.takes,
    kind.otherwise ? 'may be left out' : '',
  ]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
    .join('\n');
}
