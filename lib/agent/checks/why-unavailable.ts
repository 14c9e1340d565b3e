import type { CheckRun, Checks } from '../../domain/evidence.ts';
import type { TreeView } from './ecosystem.ts';
import { linesFor } from './mending/lines.ts';
import { nothingFoundText } from './mending/nothing-found.ts';
import { missingProgram, type Programs, toolsOf } from './mending/programs.ts';
import { type Proposal, proposalsFor } from './mending/proposals.ts';
import { type Obstacle, reasonText } from './mending/reason.ts';
import { withRelaxedSetup } from './mending/relaxed-setup.ts';
import { code, fenced, proposed } from './mending/report-text.ts';
import { survey } from './mending/survey.ts';

/** Where it is looked for what would mend it. */
export interface Ground {
  /** The base. */
  readonly tree: TreeView;
  /** PATH of the commands. */
  readonly path: string;
  readonly programs: Programs;
}

/** What the Evidence takes of it. */
const most = 4000;
const mostProposed = 2600;
const lastWords = 900;

/** Why no way to run the tests of the repository was found: what stands there instead, and lines that would do. */
export async function whyNothingFound({ tree, path, programs }: Ground): Promise<string> {
  const places = survey(tree);
  const proposals = await proposalsFor(places, [], path);
  return report([nothingFoundText(places)], proposed(proposals, 'nothing found', programs));
}

/**
 * Why a run of the checks on the base says nothing: what stood in the way, what it said last, what would have to be
 * installed, and lines of `.entropy.yml` that hold none of the commands that failed.
 */
export async function whyUnavailable(
  { tree, path, programs }: Ground,
  checks: Checks,
  run: CheckRun,
  obstacle: Obstacle,
): Promise<string> {
  const last = run.commands.at(-1);
  const said = lastLines(last?.outputTail.trim() ?? '');
  const failed = last === undefined ? [] : [last.command];
  const proposals = await proposalsFor(survey(tree), failed, path);
  const relaxed = obstacle === 'set-up failed' ? relaxedLines(checks, run) : [];
  const front = [
    reasonText(obstacle, checks, run, programs),
    ...(said === '' ? [] : [fenced('text', said)]),
    ...hints(obstacle, checks, run),
  ];
  const open = [...relaxed, ...proposals].filter(({ lines, missing }) => fits(lines, missing, run));
  const helps = open.length > 0 || !installs(checks, run);
  return report(front, helps ? proposed(open, obstacle, programs) : []);
}

/** The last whole lines; the end of the last one where that alone is too long. */
function lastLines(text: string): string {
  if (text.length <= lastWords) return text;
  const end = text.slice(-lastWords);
  const line = end.indexOf('\n');
  return line === -1 ? end : end.slice(line + 1);
}

function relaxedLines(checks: Checks, run: CheckRun): Proposal[] {
  const last = run.commands.at(-1);
  const relaxed = last === undefined ? undefined : withRelaxedSetup(checks, last);
  const lines = relaxed === undefined ? undefined : linesFor(relaxed);
  if (lines === undefined) return [];
  return [{ folder: '', ecosystem: checks.ecosystem, lines, missing: [] }];
}

/** Where a program is missing, what needs it or another missing one is no way out. */
function fits(lines: string, missing: readonly string[], run: CheckRun): boolean {
  const last = run.commands.at(-1);
  const program = last === undefined ? undefined : missingProgram(last);
  if (program === undefined) return true;
  return missing.length === 0 && !lines.split(/[^\w.+/-]+/).includes(program);
}

/** Whether all that is wrong is a program of the toolchain that is not installed. */
function installs({ ecosystem }: Checks, run: CheckRun): boolean {
  const last = run.commands.at(-1);
  const program = last === undefined ? undefined : missingProgram(last);
  return program !== undefined && toolsOf(ecosystem).includes(program);
}

const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|[Cc]ould not resolve|Temporary failure in name resolution|Name or service not known|403 Forbidden|CONNECT tunnel failed|ProxyError|Network is unreachable|Unknown host/;

function hints(obstacle: Obstacle, { source }: Checks, run: CheckRun): string[] {
  const last = run.commands.at(-1)?.outputTail ?? '';
  const tried: Record<Checks['source'], string[]> = {
    found: [],
    '.entropy.yml': [`The command is ${code('.entropy.yml')}'s own.`],
    option: [
      `An operator's option stands over ${code('.entropy.yml')}: what stands there counts only without it.`,
    ],
  };
  const reach =
    obstacle === 'set-up failed' && unreachable.test(last)
      ? [
          `Set-up reaches only the registries that this machine's package managers are set to, and hosts under ${code('registries')} of ${code('.entropy.yml')}.`,
        ]
      : [];
  return [...reach, ...tried[source]];
}

/** The lines that mend it stay whole, whatever has to be cut: a comment that is never closed would hide them too. */
function report(front: readonly string[], proposals: readonly string[]): string {
  let end = '';
  for (const one of proposals) if (end.length + one.length < mostProposed) end += `\n${one}`;
  const room = most - end.length;
  const said = front.join('\n').replaceAll('<!--', '< !--').slice(0, room);
  return `${said}${end}`.trim();
}
