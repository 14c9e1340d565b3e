import { template } from './lines.ts';
import { installing, type Programs, placeOf } from './programs.ts';
import type { Proposal } from './proposals.ts';
import type { Obstacle } from './reason.ts';

const mostShown = 2;

/** Inline code; a name with a backtick in it stays one. */
export const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;

/** A block that no line of the text can end. */
export function fenced(info: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info}\n${text}\n${fence}`;
}

/** The likeliest lines to mend it, each with what is said of them; or the keys to fill in where there are none. */
export function proposed(
  proposals: readonly Proposal[],
  obstacle: Obstacle | 'nothing found',
  programs: Programs,
): string[] {
  if (proposals.length === 0) {
    const why =
      'Nothing else in the repository says how its tests are run, so no command is proposed.';
    const keys = `The keys to fill in, in ${code('.entropy.yml')} on the default branch:`;
    return [`${why} ${keys}\n${fenced('yaml', template)}`];
  }
  return proposals.slice(0, mostShown).map((proposal, at) => {
    const first =
      obstacle === 'program missing'
        ? `Where ${subject(proposal)} is enough to check, these lines of ${code('.entropy.yml')} on the default branch do without`
        : `These lines of ${code('.entropy.yml')} on the default branch check ${subject(proposal)}`;
    const title = at === 0 ? first : `Or, for ${subject(proposal)}`;
    const told = `(told from its files, not tried yet${needs(proposal, programs)}):`;
    return `${title} ${told}\n${fenced('yaml', proposal.lines)}`;
  });
}

const subject = ({ folder, ecosystem }: Proposal) =>
  `${folder === '' ? 'the root' : code(folder)} by ${ecosystem === 'script' ? 'its script' : ecosystem}`;

function needs({ missing }: Proposal, programs: Programs): string {
  if (missing.length === 0) return '';
  const each = missing.map((program) => `${code(program)}: ${installing(program, programs)}`);
  return `; not ${placeOf(programs)} are ${each.join('; ')}`;
}
