import type { Checks, CommandRun } from '../../domain/evidence.ts';
import { ecosystems } from './ecosystems.ts';

const lastWords = 2000;

/** What is installed to have a program, where that is called otherwise. */
const packages: Readonly<Record<string, string>> = {
  cargo: 'Rust (rustup, or the package cargo)',
  rustc: 'Rust (rustup, or the package rustc)',
  mvn: 'Maven and a JDK',
  java: 'a JDK',
  javac: 'a JDK',
  gradle: 'Gradle and a JDK, or commit a Gradle wrapper',
  go: 'Go',
  cc: 'a C compiler (gcc or clang)',
  'c++': 'a C++ compiler (g++ or clang)',
  ctest: 'CMake',
  bundle: 'Ruby and bundler',
  python3: 'Python 3',
  npm: 'Node.js',
  prove: 'Perl',
  php: 'PHP (its command line)',
  dotnet: 'the .NET SDK',
  autoreconf: 'autoconf, automake and libtool',
};

/** The program that a command wanted and the machine does not have; undefined where it ended for another reason. */
function missingProgram({ exitCode, outputTail }: CommandRun): string | undefined {
  if (exitCode !== 127 && exitCode !== 126) return undefined;
  return /(?:^|[\s:])([\w.+/-]+): (?:command )?not found\b/m.exec(outputTail)?.[1];
}

/**
 * Why a repository could not be checked, from the last command that was run on its base: what it said, what would
 * have to be installed, and the lines of `.entropy.yml` that would mend it. `what` is `Set-up` or `The test command`.
 */
export function whyUnavailable(what: string, checks: Checks, last: CommandRun | undefined): string {
  const how = last?.timedOut
    ? 'did not end in time'
    : `ended with ${last?.exitCode ?? last?.signal}`;
  const missing = last === undefined ? undefined : missingProgram(last);
  const install = missing === undefined ? [] : [installLine(missing, checks)];
  return [
    `${what} failed on the base, before any change: \`${last?.command.slice(0, 500)}\` ${how}.`,
    ...install,
    (last?.outputTail ?? '').slice(-lastWords).trim(),
    `If other commands are right, say so in \`.entropy.yml\` on the default branch; these were tried (${origin(checks)}):`,
    '```yaml',
    mendFor(checks),
    '```',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function installLine(missing: string, { ecosystem }: Checks): string {
  const needs = ecosystems.find(({ name }) => name === ecosystem)?.tools ?? [];
  const all = needs.length === 0 ? '' : ` (${ecosystem} needs ${needs.join(', ')})`;
  return `\`${missing}\` is not on this machine${all}: install ${packages[missing] ?? `\`${missing}\``}, and see that it is on PATH.`;
}

const origin = ({ source, ecosystem }: Checks) =>
  source === 'found'
    ? `found for ${ecosystem}`
    : source === 'option'
      ? 'an operator’s option'
      : source;

/** The commands as `.entropy.yml` says them; JSON's strings are YAML's too. */
function mendFor({ setup, test }: Checks): string {
  const lines = setup.map((line) => `    - ${JSON.stringify(line)}`);
  const steps = lines.length === 0 ? ['  setup: []'] : ['  setup:', ...lines];
  return ['version: 1', 'checks:', ...steps, `  test: ${JSON.stringify(test)}`].join('\n');
}
