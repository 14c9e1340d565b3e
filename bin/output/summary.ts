import { tokensOf } from '../../lib/domain/budget.ts';
import type { OutcomeReport } from '../../lib/services/report.ts';
import { grouped } from './grouped.ts';
import { switchLine } from './switches.ts';
import { duration, paint, printable, type Terminal, writeJson } from './terminal.ts';

const colours = { merged: 'green', 'handed-over': 'green', failed: 'red' } as const;

/** Prints how a run ended: one JSON object, or a short table for a person. */
export function writeSummary(
  report: OutcomeReport,
  terminal: Terminal,
  extra: readonly (readonly [string, string])[] = [],
): void {
  const { out, json } = terminal;
  if (json) {
    writeJson(out, report);
    return;
  }
  const colour = colours[report.outcome as keyof typeof colours] ?? 'yellow';
  const { usage, evidence, ledger } = report;
  const cost = usage.dollars === null ? 'no price known' : `$${usage.dollars.toFixed(4)}`;
  const rows: (readonly [string, string | null | undefined | false])[] = [
    ['outcome', report.outcome],
    ['error', report.error && `${report.error.name}: ${report.error.message}`],
    ['note', report.note],
    ['next', report.outcome === 'question' && `entropy answer ${report.run} "..."`],
    ['pull request', report.pullRequest?.url],
    ['branch', report.branch],
    ['commit', report.commit],
    ['evidence', evidence && evidenceText(evidence, report.error?.message ?? '')],
    ['rounds', evidence && String(evidence.rounds)],
    ['model', `${usage.turns} turns, ${grouped(tokensOf(usage))} tokens, ${cost}`],
    ...report.switches.map((each) => ['switched', switchLine(each)] as const),
    ['time', duration(report.durationMs)],
    ...extra,
    ['ledger', `${ledger.events} events, head ${ledger.head?.slice(0, 16) ?? '-'}`],
    ['run', report.run],
  ];
  for (const [name, value] of rows) {
    if (!value) continue;
    const shown = name === 'outcome' ? paint(out, colour, value) : printable(value);
    out.write(`${paint(out, 'dim', name.padEnd(13))} ${shown}\n`);
  }
}

/** A report that is many lines long stands in the error already, and is not said twice. */
function evidenceText(
  { verdict, rule, detail }: NonNullable<OutcomeReport['evidence']>,
  error: string,
): string {
  const told = `${verdict} (${rule})`;
  return detail.includes('\n') && error.includes(detail) ? told : `${told}: ${detail}`;
}
