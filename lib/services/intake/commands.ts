import { type CommandRefusal, mostOfReason } from '../../domain/command-refusal.ts';
import type { CommandName } from '../../domain/comment-command.ts';
import { NotFound, PolicyViolation } from '../../domain/errors.ts';
import type { LetPass } from '../../domain/let-pass.ts';
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

/**
 * Does what was asked. Gives a few words on what became of it, or why nothing did; undefined: not now, ask again
 * soon.
 */
type Command = (call: CommandCall) => Promise<string | CommandRefusal | undefined>;

/** What `/entropy NAME` does. */
const commands: Readonly<Record<CommandName, Command>> = {
  run: async (call) => {
    const { ports, settings, decision } = call;
    const stale = unfit(call);
    if (stale !== undefined) return stale;
    const busy = await runAtIt(ports, decision);
    if (busy !== undefined) return { why: 'busy', run: busy.id };
    return startRun(ports, decision, settings);
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

/** Why a command that starts a run can't: heard late, it is about a state of things that is past. */
function unfit({ issueState, newest, saidAt }: CommandCall): string | CommandRefusal | undefined {
  if (issueState !== 'open') return notOpen(issueState);
  if (newest === undefined || !saidBefore(saidAt, newest.createdAt)) return undefined;
  return { why: 'overtaken', run: newest.id };
}

/** An issue that is gone can't be answered on. */
function notOpen(state: 'closed' | 'gone'): string | CommandRefusal {
  return state === 'gone' ? 'the issue is gone' : { why: 'closed' };
}

async function stop({ ports, decision, saidAt }: CommandCall): Promise<string | CommandRefusal> {
  const all = await liveRuns(ports, decision);
  const live = all.filter(({ createdAt }) => !saidBefore(saidAt, createdAt));
  const [newer] = all;
  if (newer === undefined) return { why: 'nothing-to-stop' };
  if (live.length === 0) return { why: 'overtaken', run: newer.id };
  const { by } = decision.trigger;
  const reason = `${by} asked for it on the issue`;
  for (const { id } of live) await cancel(ports, id, by, { actor: 'intake', reason });
  return `asked ${live.map(({ id }) => id).join(', ')} to stop`;
}

async function retry(call: CommandCall): Promise<string | CommandRefusal> {
  const { ports, settings, decision, newest } = call;
  const stale = unfit(call);
  if (stale !== undefined) return stale;
  if (newest === undefined) return { why: 'nothing-to-retry' };
  const busy = await runAtIt(ports, decision);
  if (busy !== undefined) return { why: 'busy', run: busy.id };
  const id = runIdOf(decision.repository, decision.issue, decision.trigger.id);
  return startRun(ports, decision, settings, await keptAnswers(ports, newest, id));
}

/** Lets exactly the change pass that was stopped in the newest run. Not for everybody who may write. */
async function letPass(call: CommandCall): Promise<string | CommandRefusal> {
  const { ports, settings, decision, issueState, permission, newest, saidAt } = call;
  const { by } = decision.trigger;
  if (permission !== 'admin' && permission !== 'maintain') {
    return { why: 'not-maintainer', permission };
  }
  if (issueState !== 'open') return notOpen(issueState);
  if (newest === undefined) return { why: 'nothing-to-pass', because: 'there was no run' };
  // Nobody can have seen its change then.
  if (saidBefore(saidAt, newest.settledAt ?? newest.createdAt)) {
    return { why: 'overtaken', run: newest.id };
  }
  const pass = await leaveOf(ports, newest, by);
  if ('why' in pass) return pass;
  const id = runIdOf(decision.repository, decision.issue, decision.trigger.id);
  await enqueue(ports, { id, ...decision, settings, pass });
  return `run ${id}`;
}

async function leaveOf(ports: Ports, run: Run, by: string): Promise<LetPass | CommandRefusal> {
  try {
    return leaveFor(run, await keptChange(ports, run), by);
  } catch (error) {
    // What nobody can let pass is told as well.
    if (!(error instanceof NotFound) && !(error instanceof PolicyViolation)) throw error;
    return { why: 'nothing-to-pass', because: error.message.slice(0, mostOfReason) };
  }
}

/** Answers the newest run's question; `rest` is the answer. */
export async function answer(call: CommandCall): Promise<string | CommandRefusal | undefined> {
  const { ports, settings, decision, issueState, rest, newest, saidAt } = call;
  if (issueState !== 'open') return notOpen(issueState);
  const state = newest === undefined ? 'none' : await questionState(ports, newest);
  if (newest === undefined || state === 'none') return { why: 'no-question' };
  if (rest === '') return { why: 'no-text' };
  if (state === 'asking') return undefined;
  const askedAt = newest.settledAt ?? newest.createdAt;
  if (saidBefore(saidAt, askedAt)) return { why: 'overtaken', run: newest.id };
  const id = runIdOf(decision.repository, decision.issue, decision.trigger.id);
  const { by } = decision.trigger;
  const continues = await answering(ports, newest, id, { text: rest, by });
  return startRun(ports, decision, settings, continues);
}
