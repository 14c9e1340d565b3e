import type { Checks } from '../../../domain/evidence.ts';
import { readPolicy } from '../../../domain/policy-file.ts';

/** Longer lines are nothing to read in a comment. */
const mostCharacters = 900;

/**
 * The commands as `.entropy.yml` says them; JSON's strings are YAML's too. Set-up is named even where it is empty:
 * what is found would stand in for it. Undefined where the file's own reader would not take them.
 */
export function linesFor({ setup, test }: Pick<Checks, 'setup' | 'test'>): string | undefined {
  const steps = setup.map((line) => `    - ${JSON.stringify(line)}`);
  const lines = [
    'version: 1',
    'checks:',
    ...(steps.length === 0 ? ['  setup: []'] : ['  setup:', ...steps]),
    `  test: ${JSON.stringify(test)}`,
  ].join('\n');
  return lines.length <= mostCharacters && 'policy' in readPolicy(lines) ? lines : undefined;
}

/** The keys to fill in, where nothing is known to fill them with. It is valid as it stands, and without its `# `. */
export const template = `version: 1
# checks:
#   setup: # what installs the tests' needs, a command or a list; [] where there is nothing to install
#     - COMMAND
#   test: COMMAND # runs the tests from the root; it ends with 0 where all pass`;
