import type { Ecosystem, Found, TreeView } from './ecosystem.ts';

const names = ['GNUmakefile', 'makefile', 'Makefile'];

/** Makefiles: whatever `make test` starts reports in its own way, or not at all. */
export const make: Ecosystem = {
  name: 'make',
  looksFor: 'a Makefile with a target `test` or `check`',
  tools: ['make'],
  detect,
  isTest: () => false,
  // A definition of every ecosystem's: `isGeneralDefinition`.
  isDefinition: () => false,
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  for (const name of names) {
    const text = await tree.read(name);
    const target = ['test', 'check'].find((one) =>
      new RegExp(`^${one}\\s*:(?!=)`, 'm').test(text ?? ''),
    );
    if (target !== undefined) return { setup: [], test: `make ${target}` };
  }
  return undefined;
}
