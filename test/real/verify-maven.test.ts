import { commonsCli, failing, tests } from './commons-cli.ts';
import { showsTheRule } from './planted-bug.ts';

const { file } = commonsCli;

showsTheRule({
  ...commonsCli,
  name: 'Maven: commons-cli, of whose tests two fail for want of a file',
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
