import { paint, printable, type Terminal } from './terminal.ts';

/** One cell: its text, and a colour where it has one. */
export type Cell = string | { readonly text: string; readonly colour: 'green' | 'red' | 'yellow' };

/** Prints rows in columns that are as wide as their widest cell, under a dimmed heading. */
export function writeTable(
  { out }: Pick<Terminal, 'out'>,
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  const textOf = (cell: Cell | undefined) =>
    printable(typeof cell === 'object' ? cell.text : (cell ?? ''));
  const widths = heading.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => textOf(row[column]).length)),
  );
  const padded = (text: string, column: number) =>
    column === widths.length - 1 ? text : text.padEnd((widths[column] ?? 0) + 2);
  out.write(`${paint(out, 'dim', heading.map(padded).join(''))}\n`);
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const text = padded(textOf(cell), column);
      return typeof cell === 'object' ? paint(out, cell.colour, text) : text;
    });
    out.write(`${cells.join('')}\n`);
  }
}
