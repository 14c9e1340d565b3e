import type { CheckRun, Checks, CommandRun } from '../../../domain/evidence.ts';
import { isRed, lastCommand } from '../../../domain/results-tables.ts';
import { installing, missingProgram, type Programs, placeOf, toolsOf } from './programs.ts';

/** Why a run of the checks on the base says nothing. */
export type Obstacle =
  | 'set-up failed'
  | 'program missing'
  | 'never ended'
  | 'no test ran'
  | 'nothing loaded'
  | 'no results per test';

/** What runners say, each in its own way, where they find no test. */
const noTests =
  /\bno tests? (ran|found|were found|to run|specified|files? found)\b|\bcollected 0 items\b|\bRan 0 tests\b|\bNo tests executed\b|\bno test files\b|\bmatched no packages\b|\bNOTESTS\b/i;

/** What stands in the way, from the run of the base as it is; undefined where that says something. */
export function obstacleIn(run: CheckRun): Obstacle | undefined {
  const last = run.commands.at(-1);
  const needs = last === undefined ? undefined : missingProgram(last);
  if (run.state === 'setup-failed')
    return needs === undefined ? 'set-up failed' : 'program missing';
  if (run.tests === null && (needs !== undefined || last?.exitCode === 127)) {
    return 'program missing';
  }
  if (run.state === 'timed-out') return 'never ended';
  const ran = run.tests?.some((test) => !test.load) ?? false;
  if (ran || run.state === 'incomplete') return undefined;
  if (run.tests?.some((test) => test.load)) return isRed(run) ? 'nothing loaded' : undefined;
  if (run.tests !== null || noTests.test(last?.outputTail ?? '')) return 'no test ran';
  return isRed(run) ? 'no results per test' : undefined;
}

/** The obstacle as a person is told it, with what to install. */
export function reasonText(
  obstacle: Obstacle,
  checks: Checks,
  run: CheckRun,
  programs: Programs,
): string {
  const last = run.commands.at(-1);
  const how = lastCommand(run);
  switch (obstacle) {
    case 'set-up failed':
      return `Set-up failed on the base, before any change: ${how}.`;
    case 'program missing':
      return [`${whatFailed(run)} failed on the base, before any change: ${how}.`]
        .concat(missingText(last, checks, programs) ?? [])
        .join('\n');
    case 'never ended':
      return `The tests never ended on the base, before any change: ${how}. A person can raise the limit of one command (ENTROPY_COMMAND_MS), or name a command that runs fewer of them.`;
    case 'no test ran':
      return `No test ran on the base, before any change: ${how}.`;
    case 'nothing loaded':
      return `None of the tests compiled or loaded on the base, before any change: ${how}.`;
    case 'no results per test':
      return `The test command failed on the base, before any change, and no runner that is known said which tests failed: ${how}. A command that prints TAP is read test by test.`;
  }
}

const whatFailed = ({ state }: CheckRun) =>
  state === 'setup-failed' ? 'Set-up' : 'The test command';

function missingText(
  last: CommandRun | undefined,
  { ecosystem }: Checks,
  programs: Programs,
): string | undefined {
  const program = last === undefined ? undefined : missingProgram(last);
  if (program === undefined) return undefined;
  const needs = toolsOf(ecosystem);
  const all = needs.length > 1 ? ` (${ecosystem} needs ${needs.join(', ')})` : '';
  return `\`${program}\` is not ${placeOf(programs)}${all}: ${installing(program, programs)}.`;
}
