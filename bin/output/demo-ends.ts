import { tokensOf } from '../../lib/domain/budget.ts';
import type { DemoIssue } from '../../lib/local/playground/demo-issues.ts';
import type { OutcomeReport } from '../../lib/services/report.ts';
import { type Cell, writeTable } from './table.ts';
import { duration, printable, type Terminal, writeJson } from './terminal.ts';

/** How an issue of the demo ended. */
export interface IssueEnd {
  readonly issue: DemoIssue;
  /** Of its last run. */
  readonly report: OutcomeReport;
  /** From the first label to the last run's end, in milliseconds. */
  readonly durationMs: number;
  /** What is wrong with a ledger of the issue's runs. */
  readonly problem: string | undefined;
  /** What was asked and then answered. */
  readonly question?: string | undefined;
}

/** True where the issue ended as it is meant to and the ledgers of its runs verify. */
export function asItShould({ issue, report, problem }: IssueEnd): boolean {
  const { outcome, rounds } = issue.ends;
  return (
    problem === undefined &&
    report.outcome === outcome &&
    (report.evidence?.rounds ?? 0) === rounds &&
    (rounds === 0 || report.evidence?.verdict === 'good')
  );
}

const headings = ['issue', 'repository', 'outcome', 'evidence', 'rounds', 'time', 'pull request'];

/** Prints how the demo ended: a table, or with `--json` one object, the last line. */
export function writeEnds(ends: readonly IssueEnd[], durationMs: number, shown: Terminal): void {
  const passed = ends.every(asItShould);
  if (shown.json) {
    const outcome = passed ? 'passed' : 'failed';
    writeJson(shown.out, { type: 'outcome', outcome, durationMs, issues: ends.map(plain) });
    return;
  }
  const { out } = shown;
  out.write('\n');
  writeTable(shown, headings, ends.map(row));
  out.write('\n');
  for (const { issue, report, question, problem } of ends) {
    if (question !== undefined) out.write(`${issue.name} asked: ${printable(question)}\n\n`);
    if (report.outcome === 'refused')
      out.write(`${issue.name}: ${printable(report.note ?? '')}\n\n`);
    if (report.error) out.write(`${issue.name}: ${report.error.name}: ${report.error.message}\n\n`);
    if (problem !== undefined) out.write(`${issue.name}: the ledger is wrong: ${problem}\n\n`);
  }
  const turns = ends.reduce((sum, { report }) => sum + report.usage.turns, 0);
  const tokens = ends.reduce((sum, { report }) => sum + tokensOf(report.usage), 0);
  out.write(`scripted  ${turns} model turns in the last runs; ${tokens} tokens were paid for
verified  ${ends.some(({ problem }) => problem) ? 'NOT all ledgers' : 'every ledger: events, payloads and signature'}
took      ${duration(durationMs)}
look      demo --issue NAME shows one issue with its change and proof
          demo --keep leaves GitHub up: pages, clones, pull requests, reviews
ended     ${passed ? 'each as it should' : 'NOT as it should'}
`);
}

function row(end: IssueEnd): Cell[] {
  const { issue, report, durationMs } = end;
  const { evidence, outcome } = report;
  const proof = evidence?.proof.length ?? 0;
  const asked = end.question === undefined ? '' : 'question, ';
  const colour = asItShould(end) ? (outcome === 'refused' ? 'yellow' : 'green') : 'red';
  return [
    issue.name,
    issue.repository,
    { text: `${asked}${outcome}`, colour },
    evidence ? `${evidence.verdict}, ${proof} ${proof === 1 ? 'test' : 'tests'}` : '-',
    evidence ? String(evidence.rounds) : '-',
    duration(durationMs),
    report.pullRequest?.url ?? '-',
  ];
}

function plain(end: IssueEnd) {
  const { issue, report, durationMs, question, problem } = end;
  return {
    ...report,
    type: 'issue',
    issue: issue.name,
    repository: issue.repository,
    asItShould: asItShould(end),
    verified: problem === undefined,
    question: question ?? null,
    durationMs,
  };
}
