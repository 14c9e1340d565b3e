import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { CommandRun } from '../../../domain/evidence.ts';
import { ecosystems } from '../ecosystems.ts';

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
  cmake: 'CMake',
  ctest: 'CMake',
  meson: 'Meson and Ninja',
  ninja: 'Ninja',
  ruby: 'Ruby',
  bundle: 'Ruby and bundler',
  python3: 'Python 3',
  node: 'Node.js',
  npm: 'Node.js',
  perl: 'Perl',
  prove: 'Perl',
  php: 'PHP (its command line)',
  composer: 'PHP and Composer',
  dotnet: 'the .NET SDK',
  make: 'GNU make',
  autoreconf: 'autoconf, automake and libtool',
};

/** Programs that a command needs without naming them. */
const implied = new Set(['cc', 'java', 'rustc', 'ninja', 'perl', 'ruby', 'php', 'node']);

/** Whose programs commands find: this machine's, those of an image that Docker runs here, or of a deployment's image. */
export type Programs = 'machine' | 'docker' | 'fargate';

/** Where a program is not. */
export const placeOf = (programs: Programs): string =>
  programs === 'machine' ? 'on this machine' : "in the sandbox's image";

/** What is to be installed to have the program, and where. */
export function installing(program: string, programs: Programs): string {
  const install = `install ${packages[program] ?? `\`${program}\``}`;
  switch (programs) {
    case 'machine':
      return `${install}, and see that it is on PATH`;
    case 'docker':
      return `in an image of your own (docs/sandbox-image.md) that ENTROPY_SANDBOX_IMAGE names, ${install}; or say \`--sandbox bubblewrap\`, which shows the machine's programs`;
    case 'fargate':
      return `in an image of your own (docs/sandbox-image.md) that the deployment is given, ${install}`;
  }
}

/** Whether a program of that name is in one of the folders of `path`. */
async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const there = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return true;
  }
  return false;
}

/** Programs that commands of this ecosystem need and `path` does not have. */
export async function missingTools(
  ecosystem: string,
  commands: readonly string[],
  path: string,
): Promise<string[]> {
  const words = new Set(commands.join('\n').match(/[\w.+/-]+/g));
  const needs = toolsOf(ecosystem).filter((tool) => words.has(tool) || implied.has(tool));
  const missing: string[] = [];
  for (const tool of needs) if (!(await isOnPath(tool, path))) missing.push(tool);
  return missing;
}

/** Programs that an ecosystem's commands start. */
export const toolsOf = (name: string): readonly string[] =>
  ecosystems.find((one) => one.name === name)?.tools ?? [];

/**
 * The program that a command wanted and the machine does not have; undefined where it ended for another reason. Make
 * passes on what its recipe ended with in words only.
 */
export function missingProgram({ exitCode, outputTail }: CommandRun): string | undefined {
  const passedOn = /^g?make(\[\d+\])?: \*\*\* .* Error 12[67]\b/m.test(outputTail);
  if (exitCode !== 127 && exitCode !== 126 && !passedOn) return undefined;
  const said =
    /(?:^|[\s:])([\w.+/-]+): (?:command )?not found\b/m.exec(outputTail) ??
    /^g?make(?:\[\d+\])?: ([\w.+/-]+): No such file or directory/m.exec(outputTail);
  return said?.[1];
}
