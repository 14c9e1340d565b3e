import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Git, initBare } from './git/exec.ts';
import { type Signature, writeBlob, writeCommit, writeTree } from './git/objects.ts';
import type { Repository, Role } from './model.ts';
import type { World } from './world.ts';

/** A repository to begin with. */
export interface SeedOptions {
  readonly owner: string;
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly defaultBranch?: string;
  /** A folder whose files become the first commit, or the files themselves. */
  readonly files: string | Readonly<Record<string, string>>;
  readonly collaborators?: Readonly<Record<string, Role>>;
  readonly labels?: readonly string[];
  /** False makes a repository whose plan has no draft pull requests. */
  readonly drafts?: boolean;
}

export interface SeededRepository {
  readonly id: number;
  /** `owner/name` */
  readonly fullName: string;
  readonly gitUrl: string;
  readonly defaultBranch: string;
  /** The first commit: the same files give the same id each time. */
  readonly commit: string;
  readonly installationId: number;
}

const seedDate = '2026-01-01T00:00:00Z';

/** Makes a repository with one commit, on which the owner has installed the App. */
export async function seedRepository(
  world: World,
  options: SeedOptions,
): Promise<SeededRepository> {
  const { owner, name, files } = options;
  if (!/^[\w.-]+$/.test(owner) || !/^[\w.-]+$/.test(name) || name.endsWith('.git')) {
    throw new Error(`not a repository name: ${owner}/${name}`);
  }
  if (world.store.repository(owner, name)) throw new Error(`${owner}/${name} is there already`);
  const repository = describe(world, options);
  const git = world.gitOf(repository);
  await mkdir(dirname(git.dir), { recursive: true });
  await mkdir(git.dir);
  await initBare(git, repository.defaultBranch);
  const tree = typeof files === 'string' ? await treeOfDir(git, files) : await treeOf(git, files);
  const author: Signature = { name: owner, email: `${owner}@example.com`, date: seedDate };
  const message = 'Initial commit\n';
  const commit = await writeCommit(git, { tree, parents: [], message, author, committer: author });
  await git.text(['update-ref', `refs/heads/${repository.defaultBranch}`, commit]);
  world.store.state.repositories.push(repository);
  world.store.changed();
  return {
    id: repository.id,
    fullName: `${owner}/${name}`,
    gitUrl: `${world.urls.root}/${owner}/${name}.git`,
    defaultBranch: repository.defaultBranch,
    commit,
    installationId: installationFor(world, owner),
  };
}

function describe(world: World, options: SeedOptions): Repository {
  const { store } = world;
  const { owner, name, collaborators = {} } = options;
  for (const login of [owner, ...Object.keys(collaborators)]) store.account(login);
  return {
    id: store.nextId(),
    owner,
    name,
    private: options.private ?? false,
    defaultBranch: options.defaultBranch ?? 'main',
    description: options.description ?? null,
    drafts: options.drafts ?? true,
    createdAt: seedDate,
    collaborators: { ...collaborators },
    labels: (options.labels ?? []).map((label) => ({
      id: store.nextId(),
      name: label,
      color: 'ededed',
      description: null,
    })),
    issues: [],
    checkRuns: [],
    verified: [],
  };
}

function installationFor({ store }: World, owner: string): number {
  const found = store.installationOf(owner);
  if (found) return found.id;
  const installation = { id: store.nextId(), owner };
  store.state.installations.push(installation);
  return installation.id;
}

async function treeOf(git: Git, files: Readonly<Record<string, string>>): Promise<string> {
  const entries = [];
  for (const [path, content] of Object.entries(files)) {
    entries.push({ path, mode: '100644', sha: await writeBlob(git, Buffer.from(content)) });
  }
  return writeTree(git, undefined, entries);
}

async function treeOfDir(git: Git, dir: string): Promise<string> {
  const index = join(git.dir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: dir };
  try {
    await git.text(['-C', dir, 'add', '--all', '.'], { env });
    return await git.text(['write-tree'], { env });
  } finally {
    await rm(index, { force: true });
  }
}
