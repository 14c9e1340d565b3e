import { canonicalJson } from '../domain/ledger.ts';
import type { ToolUseBlock } from '../domain/model.ts';

const tellAt = 3;
const stopAt = 6;

/** What a run of equal calls calls for. */
export type Repeat = 'none' | 'tell' | 'stop';

/**
 * Notices a model that goes in circles: the same tool with the same arguments again and again, or two
 * such calls in turn. The third time it is to be told, the sixth time stopped.
 */
export function watchRepetition(): (call: ToolUseBlock) => Repeat {
  const calls: string[] = [];
  return (call) => {
    calls.push(canonicalJson([call.name, call.input, call.invalid ?? null]));
    if (calls.length > stopAt * 2) calls.shift();
    const runs = [1, 2].map((period) => ({ period, length: runLength(calls, period) }));
    if (runs.some((run) => run.length >= stopAt * run.period)) return 'stop';
    return runs.some((run) => run.length === tellAt * run.period) ? 'tell' : 'none';
  };
}

/** How many calls at the end repeat with this period. */
function runLength(calls: readonly string[], period: number): number {
  let equal = 0;
  while (
    equal + period < calls.length &&
    calls[calls.length - 1 - equal] === calls[calls.length - 1 - equal - period]
  ) {
    equal += 1;
  }
  return equal + period;
}
