import { type CommandRefusal, mostOfName, refusalNote } from '../../domain/command-refusal.ts';
import { commandIn } from '../../domain/comment-command.ts';
import type { Ports } from '../../domain/ports.ts';
import { runIdOf } from '../../domain/run.ts';
import { type CommentIntent, decideComment } from '../../domain/trigger.ts';
import { answer, commandNamed } from './commands.ts';
import { questionState } from './continuation.ts';
import type { IntakeOptions } from './intake-options.ts';
import { newestRun } from './issue-runs.ts';

/**
 * Does what a comment asks for: a command, or the answer to the newest run's question. Gives what became of
 * it; undefined: not now. Throws `ForgeFailed`, `ForgeUnavailable`.
 */
export async function hearComment(
  ports: Ports,
  intent: CommentIntent,
  { readFacts, settings, reply }: IntakeOptions,
): Promise<string | undefined> {
  const repository = { forge: 'github', name: intent.repository } as const;
  const issue = { repository, issue: String(intent.issue) };
  const id = runIdOf(repository, issue.issue, String(intent.comment));
  if ((await ports.runs.get(id)) !== undefined) return `run ${id}, which was there`;
  const newest = await newestRun(ports, issue);
  const state = newest === undefined ? 'none' : await questionState(ports, newest);
  // People talk: GitHub is asked only where what they say can mean something.
  if (!intent.command && state === 'none') return 'no command, and no question waits';
  const facts = await readFacts(intent);
  const decided = decideComment(intent, facts);
  if (typeof decided === 'string') return decided;
  const { text, at: saidAt, ...decision } = decided;
  const { permission } = facts;
  const issueState = facts.issue.state;
  const call = { ports, settings, decision, permission, issueState, newest, saidAt };
  const said = commandIn(text ?? facts.comment?.text ?? '');
  if (said === undefined) {
    // Whatever stood there when it was said, nobody is known to have said what stands there now.
    if (text === undefined) return refusalNote('', { why: 'edited' });
    const done = await answer({ ...call, rest: text.trim() });
    // No command: people talk, and get no answer.
    return typeof done === 'object' ? refusalNote('', done) : done;
  }
  if (!facts.rules.comment) return 'comments give no commands here: trigger.comment is false';
  const command = commandNamed(said.name);
  const refusal = await refusalOf(text === undefined, command, { ...call, rest: said.rest });
  if (typeof refusal !== 'object') return refusal;
  const name = said.name.slice(0, mostOfName);
  const by = decision.trigger.by;
  await reply({ ...issue, name, comment: String(intent.comment), by, refusal });
  return `${refusalNote(name, refusal)}: told so`;
}

type Command = NonNullable<ReturnType<typeof commandNamed>>;

/** Why nothing comes of the command; or what came of it. */
function refusalOf(
  edited: boolean,
  command: Command | undefined,
  call: Parameters<Command>[0],
): ReturnType<Command> {
  const refuse = async (refusal: CommandRefusal) => refusal;
  if (edited) return refuse({ why: 'edited' });
  return command === undefined ? refuse({ why: 'unknown' }) : command(call);
}
