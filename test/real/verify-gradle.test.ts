import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mavenSources } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const file = 'src/main/java/org/apache/commons/cli/Util.java';
const tests = 'src/test/java/org/apache/commons/cli/UtilTest.java';
const right = "indexOf('\"') == -1";
const wrong = "indexOf('\"') != -1";
const failing = '@Test\n    public void testStripLeadingAndTrailingQuotes()';

/** Its own build is Maven's; this one says the same to Gradle, in words that 4.4 knows as well. */
const build = `apply plugin: 'java'
repositories { mavenCentral() }
compileJava.options.encoding = 'UTF-8'
compileTestJava.options.encoding = 'UTF-8'
dependencies { testCompile 'junit:junit:4.13.2' }
`;

showsTheRule({
  name: 'Gradle: the sources of commons-cli, of whose tests two fail for want of a file',
  fetch: (dir) => {
    mavenSources('commons-cli', 'commons-cli', '1.5.0')(dir);
    rmSync(join(dir, 'pom.xml'));
    writeFileSync(join(dir, 'build.gradle'), build);
  },
  file,
  right,
  wrong,
  proof: 'org.apache.commons.cli.UtilTest > testStripLeadingAndTrailingQuotes',
  wrongs: (read) => ({
    'a no-op with exit 0 in the build': [
      { [file]: `${read(file)}// mended\n`, 'build.gradle': `${build}test.enabled = false\n` },
      'no-proof',
      /build\.gradle” was not used/,
    ],
    'the failing test deleted': [
      { [tests]: read(tests).replace(failing, failing.replace('@Test', '')) },
      'test-gone',
      /testStripLeadingAndTrailingQuotes/,
    ],
    'a file that does not compile': [
      { [file]: `${read(file)}}\n` },
      'test-broken',
      /do not compile or load/,
    ],
  }),
});
