import { readAutomake } from './automake.ts';
import { isCTest, mergeSources } from './c-sources.ts';
import type { Ecosystem, Found, TreeView } from './ecosystem.ts';
import { baseName } from './paths.ts';

const definition =
  /^(configure(\.(ac|in))?|Makefile\.(am|in)|aclocal\.m4|acinclude\.m4|.*\.m4|config\.(guess|sub)|ltmain\.sh|install-sh|missing|depcomp|compile|test-driver|tap-driver\.(sh|pl)|autogen\.sh|bootstrap(\.sh)?)$/;

/** A checkout has no times that say which file was made of which: what is made is taken as it is. */
const asItIs = 'ACLOCAL=: AUTOCONF=: AUTOMAKE=: AUTOHEADER=:';

/** autoconf and automake; results from what `make check` prints. */
export const autotools: Ecosystem = {
  name: 'autotools',
  looksFor: 'configure or configure.ac with Makefile.am',
  tools: ['make', 'cc', 'autoreconf'],
  detect,
  isTest: isCTest,
  isDefinition: (path) => definition.test(baseName(path)),
  mergeDefinition: (path, base, change) =>
    baseName(path) === 'Makefile.am' ? mergeSources(base, change) : undefined,
  read: readAutomake,
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  const has = (path: string) => tree.files.includes(path);
  if (has('configure') && (has('Makefile.in') || has('Makefile.am'))) {
    return { setup: [], test: `./configure && make -k check ${asItIs}` };
  }
  if (!(has('configure.ac') || has('configure.in')) || !has('Makefile.am')) return undefined;
  const make = has('autogen.sh') ? 'NOCONFIGURE=1 ./autogen.sh' : 'autoreconf -fi';
  return { setup: [], test: `${make} && ./configure && make -k check` };
}
