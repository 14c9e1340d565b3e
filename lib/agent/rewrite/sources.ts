import type { Checks } from '../../domain/evidence.ts';
import { holdsHidden } from '../../domain/hidden-text.ts';
import type { StageInput } from '../../domain/stage-input.ts';
import { findChecks } from '../checks/find-checks.ts';
import { entriesOf, gitIn, viewOf } from '../verify/git.ts';
import { type Kinds, kindsOf } from '../verify/kinds.ts';
import type { Workspace } from '../workspace.ts';

/** The base as git holds it: what the strategy shows to a model and what it lays changes over. */
export interface Sources {
  readonly base: string;
  /** Every regular file whose name can be shown, sorted by path. */
  readonly files: readonly string[];
  readonly kinds: Kinds;
  readonly checks: Checks | undefined;
  /** Undefined where there is no such file, or it is no text. */
  read(path: string): Promise<string | undefined>;
  modeOf(path: string): string | undefined;
}

/** A name that hides something is shown to no model. */
const isPlain = (path: string, mode = '') => mode.startsWith('100') && !holdsHidden(path);

/** Reads the base from the harness's own copy of the clone, also after a rehearsal's tests could write to it. */
export async function sourcesOf(workspace: Workspace, input: StageInput): Promise<Sources> {
  const git = gitIn(workspace.gitDir, workspace.path, workspace.wrapper);
  const entries = await entriesOf(git, workspace.base);
  const view = viewOf(git, entries);
  const found = await findChecks(view, input.checks);
  const checks = found?.checks;
  return {
    base: workspace.base,
    files: view.files.filter((path) => isPlain(path, entries.get(path)?.mode)).sort(),
    kinds: await kindsOf(view, checks),
    checks,
    read: async (path) => {
      const text = await view.read(path);
      return text === undefined || /[\0\ufffd]/.test(text) ? undefined : text;
    },
    modeOf: (path) => entries.get(path)?.mode,
  };
}
