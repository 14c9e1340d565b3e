import type { Checks } from '../../domain/evidence.ts';
import type { CheckSettings } from '../../domain/stage-input.ts';
import type { Sharing, TreeView } from './ecosystem.ts';
import { ecosystems } from './ecosystems.ts';

/** How a repository is checked, and the folders that its own kind of set-up makes. */
export interface FoundChecks {
  readonly checks: Checks;
  /** How trees share what set-up made; undefined where they can't, or set-up is somebody's own. */
  readonly sharing?: Sharing | undefined;
}

/**
 * How a repository is checked: an operator's option stands over `.entropy.yml`, that over what is found in
 * the base. Undefined where none of them says.
 */
export async function findChecks(
  tree: TreeView,
  settings: CheckSettings,
): Promise<FoundChecks | undefined> {
  const { option, policy } = settings;
  const found = await detect(tree);
  const test = option?.test ?? policy?.test ?? found?.test;
  if (test === undefined) return undefined;
  const given = option?.setup !== undefined ? [option.setup] : policy?.setup;
  const setup = given ?? found?.setup ?? [];
  const source = option?.test ? 'option' : policy?.test ? '.entropy.yml' : 'found';
  return {
    checks: {
      ecosystem: found?.name ?? 'command',
      source,
      setup: setup.filter((line) => line.trim() !== ''),
      test,
    },
    sharing: given === undefined ? found?.sharing : undefined,
  };
}

async function detect(tree: TreeView) {
  for (const ecosystem of ecosystems) {
    const found = await ecosystem.detect(tree);
    if (found !== undefined) return { ...ecosystem, ...found };
  }
  return undefined;
}
