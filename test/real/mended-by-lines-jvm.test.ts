import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkedWithItsLines, type Unchecked } from './checked-with-its-lines.ts';
import { commonsCli, gradleBuild } from './commons-cli.ts';

const { file, right, wrong } = commonsCli;

/** commons-cli in a folder of its own, with a bug planted in it. */
function library(more: (dir: string) => void): Pick<Unchecked, 'before' | 'files' | 'mended'> {
  let text = '';
  return {
    before: 'unavailable',
    files: (dir) => {
      const place = join(dir, 'library');
      mkdirSync(place);
      commonsCli.fetch(place);
      more(place);
      text = readFileSync(join(place, file), 'utf8');
      writeFileSync(join(place, file), text.replace(right, wrong));
    },
    mended: () => ({ [`library/${file}`]: text }),
  };
}

checkedWithItsLines({
  'a library of Maven in a sub-folder': {
    ...library(() => {}),
    says: /sub-folders only\.\n- `library`: `pom\.xml`/,
    test: /^cd library && mvn -B -o -fae test$/,
  },
  'a library of Gradle in a sub-folder': {
    ...library((place) => {
      rmSync(join(place, 'pom.xml'));
      writeFileSync(join(place, 'build.gradle'), gradleBuild);
    }),
    says: /sub-folders only\.\n- `library`: `build\.gradle`/,
    test: /^cd library && gradle --no-daemon --offline --continue test$/,
  },
});
