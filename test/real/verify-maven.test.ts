import { mavenSources } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const file = 'src/main/java/org/apache/commons/cli/Util.java';
const tests = 'src/test/java/org/apache/commons/cli/UtilTest.java';
const right = "indexOf('\"') == -1";
const wrong = "indexOf('\"') != -1";
const failing = '@Test\n    public void testStripLeadingAndTrailingQuotes()';

showsTheRule({
  name: 'Maven: commons-cli, of whose tests two fail for want of a file',
  fetch: mavenSources('commons-cli', 'commons-cli', '1.5.0'),
  file,
  right,
  wrong,
  proof: 'org.apache.commons.cli.UtilTest > testStripLeadingAndTrailingQuotes',
  wrongs: (read) => ({
    'a no-op with exit 0 in the build': [
      {
        [file]: `${read(file)}// mended\n`,
        'pom.xml': read('pom.xml').replace(
          '<properties>',
          '<properties><skipTests>true</skipTests>',
        ),
      },
      'no-proof',
      /pom\.xml” was not used/,
    ],
    'the failing test deleted': [
      { [tests]: read(tests).replace(failing, failing.replace('@Test', '')) },
      'test-gone',
      /testStripLeadingAndTrailingQuotes/,
    ],
    'the failing test emptied': [
      { [tests]: read(tests).replace(`${failing} {`, `${failing} { if (true) return;`) },
      'no-proof',
      /pass only as the change rewrote them/,
    ],
  }),
});
