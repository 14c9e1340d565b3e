import type { ChangeSet } from '../../domain/handoff.ts';
import type { Run } from '../../domain/run.ts';
import { tame, tameLine } from './tame-text.ts';

/** Subject, reason and trailers of the commit. The coder's words obey nobody: no issue, no CI. */
export function commitMessage(run: Run, change: Pick<ChangeSet, 'title' | 'body'>): string {
  const trailers = [`Entropy-Run: ${run.id}`, `Entropy-Issue: ${issueOf(run)}`];
  return `${calm(tameLine(change.title, 100))}\n\n${calm(tame(change.body))}\n\n${trailers.join('\n')}\n`;
}

/** Words that CI takes for a command. */
function calm(text: string): string {
  return text
    .replace(/\[(skip|ci|no|actions)([ -])(skip|ci|actions)\]/gi, '($1$2$3)')
    .replace(/^skip-checks:/gim, 'skip checks:');
}

function issueOf({ repository, issue }: Run): string {
  return repository.forge === 'github' ? `${repository.name}#${issue}` : issue;
}
