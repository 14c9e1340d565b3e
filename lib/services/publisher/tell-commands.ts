import { commandWords } from '../../domain/comment-command.ts';
import { ForgeFailed } from '../../domain/errors.ts';
import type { Forge } from '../../domain/forge.ts';
import { nearest } from '../../domain/nearest.ts';
import { markerOf } from './perform-effect.ts';
import { code } from './tame-text.ts';

/** In the one reply that an issue has of this kind. */
const replyMark = markerOf('commands');

/**
 * Says on the issue that there is no command of the name, and which there are: in one reply, whose text is
 * replaced at the next such comment. Only for people who may give commands: others could make it speak. Safe to
 * repeat. Throws `ForgeFailed`.
 */
export async function tellCommands(
  forge: Forge,
  issue: string,
  asked: { readonly name: string; readonly comment: string },
): Promise<void> {
  const commentMark = markerOf(`commands/${asked.comment}`);
  if ((await forge.findComment(issue, commentMark)) !== undefined) return;
  const body = [textFor(asked.name), replyMark, commentMark].join('\n\n');
  const earlier = await forge.findComment(issue, replyMark);
  try {
    if (earlier !== undefined) return void (await forge.editComment(issue, earlier.id, body));
  } catch (error) {
    // Somebody has deleted it meanwhile.
    if (!(error instanceof ForgeFailed) || error.status !== 404) throw error;
  }
  await forge.comment(issue, body);
}

function textFor(name: string): string {
  const near = nearest(name, Object.keys(commandWords));
  const meant = near === undefined ? '' : ` Did you mean ${code(`/entropy ${near}`)}?`;
  const rows = Object.entries(commandWords).map(
    ([command, words]) => `| ${code(`/entropy ${command}`)} | ${words} |`,
  );
  return [
    `There is no command ${code(name, 40)}, so nothing was done.${meant}`,
    ['| command | what it does |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}
