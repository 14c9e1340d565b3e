import type { Ecosystem, Found, TreeView } from './ecosystem.ts';
import { baseName } from './paths.ts';
import { readResultFiles } from './results-file.ts';

/** Where a Perl distribution's dependencies go, outside the tree. */
const local = '"$VIRTUAL_ENV"';

/** Perl distributions; results from TAP::Harness, which `prove` and `make test` both use. */
export const perl: Ecosystem = {
  name: 'perl',
  looksFor: 'Perl tests (t/*.t)',
  tools: ['perl', 'prove'],
  detect,
  isTest: (path) => /(^|\/)x?t\//.test(path) || path.endsWith('.t'),
  isDefinition: (path) =>
    /^(Makefile\.PL|Build\.PL|cpanfile(\.snapshot)?|dist\.ini|minil\.toml|\.proverc|MANIFEST)$/.test(
      baseName(path),
    ) || /(^|\/)t\/(.*\/)?EntropyTap\.pm$/.test(path),
  reporters: ['EntropyTap.pm'],
  programs: { prove: 'prove.sh' },
  env: ({ dir }) => ({
    PERL5LIB: dir,
    HARNESS_OPTIONS: 'fEntropyTap',
  }),
  adapt: (command, { dir }) => command.replace(/\bPERL5LIB=(?=\S)/g, `PERL5LIB=${dir}:`),
  read: ({ channel }) => readResultFiles(channel.dir, 'perl-'),
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  if (!tree.files.some((path) => /^t\/.*\.t$/.test(path))) return undefined;
  const made = ['Makefile.PL', 'Build.PL'].find((path) => tree.files.includes(path));
  const needs = await needsMore(tree);
  const get = `if command -v cpanm >/dev/null; then cpanm --notest -q --installdeps -L ${local} .; fi`;
  const setup = needs ? [get] : [];
  const compiled = tree.files.some((path) => /\.(xs|c)$/.test(path));
  if (!compiled || made === undefined) return { setup, test: `${lib(needs)}prove -lr t` };
  const build = made === 'Build.PL' ? 'perl Build.PL && ./Build' : 'perl Makefile.PL && make';
  return { setup, test: `${build} && ${lib(needs)}prove -br t` };
}

const lib = (needs: boolean) => (needs ? `PERL5LIB=${local}/lib/perl5 ` : '');

/** What comes with Perl itself need not be fetched, and is all that many distributions name. */
async function needsMore(tree: TreeView): Promise<boolean> {
  const texts = await Promise.all(
    ['cpanfile', 'Makefile.PL', 'Build.PL'].map((path) => tree.read(path)),
  );
  const names = texts
    .join('\n')
    .matchAll(/(?:requires\s+|^\s*)['"]?([A-Z]\w+(?:::\w+)*)['"]?\s*(?:=>|,|;)\s*['"]?v?\d/gm);
  const core =
    /^(Test::(More|Simple|Harness|Builder)|ExtUtils::|File::|Carp|Exporter|Scalar::|List::Util|Data::Dumper|POSIX|Encode|Time::|IO|Module::Build)/;
  return [...names].some(([, name = '']) => !core.test(name));
}
