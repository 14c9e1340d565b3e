import type { CommandRefusal, RefusedCommand } from '../../domain/command-refusal.ts';
import { commandWords } from '../../domain/comment-command.ts';
import { nearest } from '../../domain/nearest.ts';
import { code, tameLine } from './tame-text.ts';

const start = `${code('/entropy')} starts a run.`;
const retry = `${code('/entropy retry')} starts a new one.`;

/** Why the command came to nothing, and what would work. */
export function refusalText({ name, comment, by, refusal }: RefusedCommand): string {
  // GitHub's own anchor of a comment on the page of its issue.
  const asked = `[${code(`/entropy ${name}`, 60)}](#issuecomment-${comment}) of ${code(by)}`;
  const first = `Nothing came of ${asked}: ${reasonText(name, refusal)}`;
  return refusal.why === 'unknown' ? [first, table()].join('\n\n') : first;
}

function reasonText(name: string, refusal: CommandRefusal): string {
  switch (refusal.why) {
    case 'unknown':
      return `there is no such command.${meant(name)}`;
    case 'edited':
      return 'the comment was edited since it was made, and GitHub does not say by whom. Give the command in a new comment.';
    case 'closed':
      return 'the issue is closed. Reopen it, then give the command again.';
    case 'busy':
      return `run ${code(refusal.run)} is at this issue already. ${code('/entropy stop')} stops it.`;
    case 'overtaken':
      return `run ${code(refusal.run)} has begun, or asked its question, since this was said. Say it again if it is still meant.`;
    case 'nothing-to-stop':
      return `no run is at this issue. ${start}`;
    case 'nothing-to-retry':
      return `there was no run on this issue. ${start}`;
    case 'no-question':
      return `no question waits for an answer. ${start}`;
    case 'no-text':
      return `the answer has no text. Write it behind the command: ${code('/entropy answer TEXT')}.`;
    case 'not-maintainer':
      return `it takes maintain or admin permission, and this is ${code(refusal.permission)}. Ask a maintainer to give the command.`;
    case 'nothing-to-pass':
      return `no change can be let pass: ${tameLine(refusal.because, 600)}. ${retry}`;
  }
}

function meant(name: string): string {
  const near = nearest(name, Object.keys(commandWords));
  return near === undefined ? '' : ` Did you mean ${code(`/entropy ${near}`)}?`;
}

function table(): string {
  const rows = Object.entries(commandWords).map(
    ([command, words]) => `| ${code(`/entropy ${command}`)} | ${words} |`,
  );
  return ['| command | what it does |', '| --- | --- |', ...rows].join('\n');
}
