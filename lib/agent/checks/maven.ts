import type { Ecosystem, Found, TreeView } from './ecosystem.ts';
import { adaptWrappers, readJvmReports } from './jvm-reports.ts';
import { mergePom } from './maven-pom.ts';
import { baseName } from './paths.ts';

/** Test sources of Java and its kin. */
export const isJvmTest = (path: string): boolean =>
  /(^|\/)src\/([a-z]*[tT]est|it)\//.test(path) ||
  /(Tests?|IT|Spec|TestCase)\.(java|kt|scala|groovy)$/.test(path);

/** Maven; results from the reports of its Surefire and Failsafe plugins. */
export const maven: Ecosystem = {
  name: 'maven',
  looksFor: 'pom.xml',
  tools: ['mvn', 'java'],
  detect,
  isTest: isJvmTest,
  isDefinition: (path) =>
    /^(pom\.xml|mvnw(\.cmd)?)$/.test(baseName(path)) || /(^|\/)\.mvn\//.test(path),
  mergeDefinition: (path, base, change) =>
    baseName(path) === 'pom.xml' ? mergePom(base, change) : undefined,
  reporters: ['capture.mjs', 'signed.mjs'],
  programs: { mvn: 'reports.sh', gradle: 'reports.sh' },
  adapt: adaptWrappers,
  read: readJvmReports,
  sharing: {
    lists: (path) => baseName(path) === 'pom.xml' || /(^|\/)\.mvn\//.test(path),
    drops: /(^|\/)target\/$/,
    fillsCache: true,
  },
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  if (!tree.files.includes('pom.xml')) return undefined;
  const own =
    tree.files.includes('mvnw') && tree.files.some((path) => path.startsWith('.mvn/wrapper/'));
  const mvn = own ? './mvnw -B' : 'mvn -B';
  // Surefire fetches what it needs to run tests only when it runs one.
  const one = oneTest(tree);
  const select = one === undefined ? '' : ` -Dtest=${one}`;
  const lenient =
    '-Dmaven.test.failure.ignore -DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false';
  return { setup: [`${mvn} -q${select} ${lenient} test`], test: `${mvn} -o -fae test` };
}

/** A class of tests, by the name that it can be picked by. */
export function oneTest(tree: TreeView): string | undefined {
  const found = tree.files
    .map(
      (path) =>
        /(?:^|\/)src\/test\/\w+\/(?:.*\/)?((?!Abstract)\w*Tests?)\.(?:java|kt|groovy)$/.exec(
          path,
        )?.[1],
    )
    .filter((name) => name !== undefined);
  return found.sort((a, b) => a.length - b.length)[0];
}
