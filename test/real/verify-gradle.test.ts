import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gradleBuild as build, commonsCli, failing, tests } from './commons-cli.ts';
import { showsTheRule } from './planted-bug.ts';

const { file } = commonsCli;

showsTheRule({
  ...commonsCli,
  name: 'Gradle: the sources of commons-cli, of whose tests two fail for want of a file',
  fetch: (dir) => {
    commonsCli.fetch(dir);
    rmSync(join(dir, 'pom.xml'));
    writeFileSync(join(dir, 'build.gradle'), build);
  },
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
