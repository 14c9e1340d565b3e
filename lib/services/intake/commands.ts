import type { CommandName } from '../../domain/comment-command.ts';
import type { Ports } from '../../domain/ports.ts';
import { type Run, type RunSettings, runIdOf } from '../../domain/run.ts';
import { type Decision, type Permission, saidBefore } from '../../domain/trigger.ts';
import { cancel } from '../cancel.ts';
import { enqueue } from '../dispatcher.ts';
import { keptChange, leaveFor } from '../let-pass.ts';
import { answering, keptAnswers, questionState } from './continuation.ts';
import { liveRuns, runAtIt, startRun } from './issue-runs.ts';

/** A command of somebody who may write to the repository, and what is known of the issue's runs. */
export interface CommandCall {
  readonly ports: Ports;
  /** How runs are done that are started here. */
  readonly settings: RunSettings;
  /** Repository, issue, and the comment as trigger. */
  readonly decision: Decision;
  /** Of who commented. */
  readonly permission: Permission;
  readonly issueState: 'open' | 'closed' | 'gone';
  /** What follows the command's name. */
  readonly rest: string;
  /** The newest run of the issue. */
  readonly newest: Run | undefined;
  /** When it was said, by GitHub's clock; milliseconds since the epoch. */
  readonly saidAt: number;
}

/** Does what was asked. Gives a few words on what became of it; undefined: not now, ask again soon. */
type Command = (call: CommandCall) => Promise<string | undefined>;

/** What `/entropy NAME` does. */
const commands: Readonly<Record<CommandName, Command>> = {
  run: async (call) => {
    const { ports, settings, decision, issueState } = call;
    if (issueState !== 'open') return `the issue is ${issueState}`;
    if (isOvertaken(call)) return overtaken;
    const busy = await runAtIt(ports, decision);
    return busy === undefined ? startRun(ports, decision, settings) : `${busy.id} is at it`;
  },
  stop,
  retry,
  answer,
  'let-pass': letPass,
};

/** The command of that name, if there is one. */
export function commandNamed(name: string): Command | undefined {
  return Object.hasOwn(commands, name) ? commands[name as CommandName] : undefined;
}

const overtaken = 'a newer run has begun since it was said';

/** Said before the newest run began and heard only now, it is about a state of things that is past. */
function isOvertaken({ newest, saidAt }: CommandCall): boolean {
  return newest !== undefined && saidBefore(saidAt, newest.createdAt);
}

async function stop({ ports, decision, saidAt }: CommandCall): Promise<string> {
  const all = await liveRuns(ports, decision);
  const live = all.filter(({ createdAt }) => !saidBefore(saidAt, createdAt));
  if (live.length === 0) return all.length === 0 ? 'no run to stop' : overtaken;
  const { by } = decision.trigger;
  const reason = `${by} asked for it on the issue`;
  for (const { id } of live) await cancel(ports, id, by, { actor: 'intake', reason });
  return `asked ${live.map(({ id }) => id).join(', ')} to stop`;
}

async function retry(call: CommandCall): Promise<string> {
  const { ports, settings, decision, issueState, newest } = call;
  if (issueState !== 'open') return `the issue is ${issueState}`;
  if (newest === undefined) return 'no run to start anew; "/entropy" starts one';
  if (isOvertaken(call)) return overtaken;
  const busy = await runAtIt(ports, decision);
  if (busy !== undefined) return `${busy.id} is at it`;
  const id = runIdOf(decision.repository, decision.issue, decision.trigger.id);
  return startRun(ports, decision, settings, await keptAnswers(ports, newest, id));
}

/** Lets exactly the change pass that policy stopped in the newest run. Not for everybody who may write. */
async function letPass(call: CommandCall): Promise<string> {
  const { ports, settings, decision, issueState, permission, newest, saidAt } = call;
  const { by } = decision.trigger;
  if (permission !== 'admin' && permission !== 'maintain') {
    return `${by} has ${permission} permission; maintain is needed`;
  }
  if (issueState !== 'open') return `the issue is ${issueState}`;
  if (newest === undefined) return 'no run whose change could be let pass';
  // Nobody can have seen its change then.
  if (saidBefore(saidAt, newest.settledAt ?? newest.createdAt)) return overtaken;
  const pass = leaveFor(newest, await keptChange(ports, newest), by);
  const id = runIdOf(decision.repository, decision.issue, decision.trigger.id);
  await enqueue(ports, { id, ...decision, settings, pass });
  return `run ${id}`;
}

/** Answers the newest run's question; `rest` is the answer. */
export async function answer(call: CommandCall): Promise<string | undefined> {
  const { ports, settings, decision, issueState, rest, newest, saidAt } = call;
  if (issueState !== 'open') return `the issue is ${issueState}`;
  const state = newest === undefined ? 'none' : await questionState(ports, newest);
  if (newest === undefined || state === 'none') return 'no question waits for an answer';
  if (rest === '') return 'the answer has no text';
  if (state === 'asking') return undefined;
  const askedAt = newest.settledAt ?? newest.createdAt;
  if (saidBefore(saidAt, askedAt)) return 'said before the question was asked';
  const id = runIdOf(decision.repository, decision.issue, decision.trigger.id);
  const { by } = decision.trigger;
  const continues = await answering(ports, newest, id, { text: rest, by });
  return startRun(ports, decision, settings, continues);
}
