import type { Policy } from '../../domain/policy.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import type { RoleName } from '../../domain/stage.ts';
import type { Guidance } from '../../domain/stage-input.ts';
import { baseOf } from './run-facts.ts';

/** Where repositories keep what they tell agents. Read at the base, so a change can't speak here. */
const files = ['AGENTS.md', 'CLAUDE.md', '.github/copilot-instructions.md'] as const;

/** Most characters of one file that a role is given. */
const fileCap = 16_000;

/** The repository's own words to a role, or undefined where it has none. */
export async function guidanceFor(
  { source }: Pick<Ports, 'source'>,
  run: Run,
  policy: Policy,
  role: RoleName,
): Promise<Guidance | undefined> {
  if (role === 'verifier') return undefined;
  const { instructions } = policy.roles[role];
  const found: { path: string; text: string }[] = [];
  for (const { path, bytes } of await present(source, run)) {
    const text = bytes?.toString('utf8').trim() ?? '';
    // One of them is often a copy of another.
    if (text === '' || found.some((file) => file.text === cut(text))) continue;
    found.push({ path, text: cut(text) });
  }
  if (instructions === undefined && found.length === 0) return undefined;
  return { ...(instructions === undefined ? {} : { instructions }), files: found };
}

/** Most repositories have none or one of them: one look at the top folder spares the others. */
async function present(source: Ports['source'], run: Run) {
  const { repository } = run;
  const { commit } = baseOf(run);
  const top = await source.names(repository, commit, '');
  const there = files.filter((path) => top.includes(path.split('/')[0] ?? ''));
  return Promise.all(
    there.map(async (path) => ({ path, bytes: await source.read(repository, commit, path) })),
  );
}

function cut(text: string): string {
  if (text.length <= fileCap) return text;
  return `${text.slice(0, fileCap).toWellFormed()}\n[the rest was too long and is cut]`;
}
