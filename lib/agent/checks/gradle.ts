import type { Ecosystem, Found, TreeView } from './ecosystem.ts';
import { isJvmTest, oneTest } from './maven.ts';
import { baseName } from './paths.ts';

const build = /^(build|settings)\.gradle(\.kts)?$/;

/** Gradle; results from its reports, which `maven.ts` reads: the two write the same. */
export const gradle: Ecosystem = {
  name: 'gradle',
  looksFor: 'build.gradle or build.gradle.kts',
  tools: ['gradle', 'java'],
  detect,
  isTest: isJvmTest,
  isDefinition: (path) =>
    /\.gradle(\.kts)?$|^(gradlew(\.bat)?|gradle\.properties)$/.test(baseName(path)) ||
    /(^|\/)(gradle\/wrapper|buildSrc)\//.test(path),
  sharing: {
    lists: (path) =>
      /\.gradle(\.kts)?$|^gradle(\.properties|\.lockfile)$|\.versions\.toml$/.test(baseName(path)),
    drops: /(^|\/)(build|\.gradle|\.kotlin)\/$/,
    fillsCache: true,
  },
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  if (!tree.files.some((path) => build.test(path))) return undefined;
  const own = tree.files.includes('gradlew');
  const start = `${own ? './gradlew' : 'gradle'} --no-daemon`;
  // What tests need at run time is fetched only when one is run; whether it passes is no matter yet.
  const one = oneTest(tree);
  const classes = `${start} -q testClasses`;
  const setup = one === undefined ? classes : `${start} -q test --tests '*${one}' || ${classes}`;
  return { setup: [setup], test: `${start} --offline --continue test` };
}
