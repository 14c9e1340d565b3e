import type { Role } from '../../roles/role.ts';
import { paragraphs } from '../../roles/sections.ts';
import { answerWords } from './answer.ts';

/** A role's rules for a program with tools of its own, which works in `root`. */
export function systemFor(role: Role, root: string): string {
  const place =
    root === '/workspace'
      ? 'The repository is the folder you are in.'
      : `The repository is the folder you are in, ${root}: that is what /workspace means above.`;
  return paragraphs(
    role.system,
    `# Your tools and your result\nThe text above speaks of tools by names of ours (shell, view, search, create, edit); use what you have for the same ends. ${place} Do not commit.`,
    answerWords(role),
  );
}
