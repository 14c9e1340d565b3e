import { mavenSources } from './packages.ts';

/** A Java library with a bug planted in it, for whichever build tool runs its tests; two of them fail for want of a file. */
export const commonsCli = {
  fetch: mavenSources('commons-cli', 'commons-cli', '1.5.0'),
  file: 'src/main/java/org/apache/commons/cli/Util.java',
  right: "indexOf('\"') == -1",
  wrong: "indexOf('\"') != -1",
  proof: 'org.apache.commons.cli.UtilTest > testStripLeadingAndTrailingQuotes',
} as const;

/** Where the test is that finds the bug. */
export const tests = 'src/test/java/org/apache/commons/cli/UtilTest.java';

/** The test's head, as it stands there. */
export const failing = '@Test\n    public void testStripLeadingAndTrailingQuotes()';

/** Its own build is Maven's; this one says the same to Gradle, in words that 4.4 knows as well. */
export const gradleBuild = `apply plugin: 'java'
repositories { mavenCentral() }
compileJava.options.encoding = 'UTF-8'
compileTestJava.options.encoding = 'UTF-8'
dependencies { testCompile 'junit:junit:4.13.2' }
`;
