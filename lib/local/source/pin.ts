import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type DomainError,
  ForgeFailed,
  ForgeUnavailable,
  NotFound,
  RepositoryInvalid,
  StorageFailed,
} from '../../domain/errors.ts';
import { faultOf, type GitEnvironment, type GitResult, git, gitLine, runGit } from './git.ts';
import { inspectRepository } from './local-repository.ts';

/** Where a GitHub repository is fetched from. `release` gives the authority back. */
export interface Remote {
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization?: string;
  readonly release?: () => Promise<void>;
}

/** A commit that stays the same for a run, and the branch it was taken from. */
export interface Pin {
  readonly branch: string;
  readonly commit: string;
}

/** What is to be fetched: a full ref name or a commit, and the ref that is to keep it. */
interface Wanted {
  readonly from: string;
  readonly what: string;
  readonly to: string;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly options: readonly string[];
}

const fetchMs = 30 * 60_000;

/** The ref that a sandbox fetches. */
function baseRefOf(run: string): string {
  return `refs/entropy/${run}/base`;
}

/** Keeps a base of the run, whichever it stands on by now. */
function keptRefOf(run: string, commit: string): string {
  return `refs/bases/${run}/${commit}`;
}

/** The pin of an earlier call, or undefined. The branch's name is kept in the name of a second ref. */
export async function findPin(
  mirror: string,
  run: string,
  environment?: GitEnvironment,
): Promise<Pin | undefined> {
  if (!(await exists(mirror))) return undefined;
  const prefix = `refs/pins/${run}/`;
  const format = '--format=%(objectname) %(refname)';
  const args = ['--git-dir', mirror, 'for-each-ref', format, prefix];
  const line = await gitLine(args, { environment });
  if (line === '') return undefined;
  const at = line.indexOf(' ');
  return { commit: line.slice(0, at), branch: line.slice(at + 1 + prefix.length) };
}

/** Pins the HEAD of a repository on this machine. */
export async function pinLocal(
  mirror: string,
  run: string,
  path: string,
  environment?: GitEnvironment,
): Promise<Pin> {
  return pinFetched(mirror, run, await fetchLocal(mirror, run, path, environment), environment);
}

/** Pins the head of the default branch of a repository behind a URL. */
export async function pinRemote(
  mirror: string,
  run: string,
  remote: Remote,
  environment?: GitEnvironment,
): Promise<Pin> {
  return pinFetched(mirror, run, await fetchRemote(mirror, run, remote, environment), environment);
}

/** Fetches the HEAD of a repository on this machine; a ref of the run's keeps it. */
export async function fetchLocal(
  mirror: string,
  run: string,
  path: string,
  environment?: GitEnvironment,
): Promise<Pin> {
  const { gitDir, branch, commit, objectFormat } = await inspectRepository(path, environment);
  // The far side of a local fetch is a git of its own, which does not get this one's configuration.
  const server = 'git -c safe.directory=* -c uploadpack.allowAnySHA1InWant=true upload-pack';
  const options = [`--upload-pack=${server}`];
  const wanted = { from: gitDir, what: commit, to: keptRefOf(run, commit), objectFormat, options };
  await fetchInto(mirror, wanted, { environment });
  return { branch, commit };
}

/** Fetches the head of the default branch of a repository behind a URL; a ref of the run's keeps it. */
export async function fetchRemote(
  mirror: string,
  run: string,
  remote: Remote,
  environment?: GitEnvironment,
): Promise<Pin> {
  const header = `Authorization: ${remote.authorization}`;
  const config: [string, string][] = remote.authorization
    ? [[`http.${remote.url}.extraHeader`, header]]
    : [];
  const call = { environment, config };
  const listed = await runGit(['ls-remote', '--symref', remote.url, 'HEAD'], call);
  if (listed.code !== 0) {
    throw fetchFault(remote.url, listed);
  }
  const head = /^ref: (refs\/heads\/(\S+))\tHEAD$/m.exec(listed.stdout.toString());
  if (head?.[1] === undefined || head[2] === undefined) {
    throw new RepositoryInvalid(`${remote.url} has no commit on its default branch yet`);
  }
  // A name of its own, since nobody knows yet which commit it is: another process may pin the same run.
  const incoming = `refs/incoming/${run}-${randomUUID()}`;
  const wanted = { from: remote.url, what: head[1], to: incoming, objectFormat: 'sha1' } as const;
  await fetchInto(mirror, { ...wanted, options: [] }, call);
  const peeled = ['--git-dir', mirror, 'rev-parse', '--verify', `${incoming}^{commit}`];
  const commit = await gitLine(peeled, { environment });
  const input = `update ${keptRefOf(run, commit)} ${commit}\ndelete ${incoming}\n`;
  await git(['--git-dir', mirror, 'update-ref', '--stdin'], { environment, input });
  return { branch: head[2], commit };
}

/** Pins for a run what an earlier one has pinned. Throws `NotFound` where that is gone. */
export async function pinAs(
  mirror: string,
  run: string,
  earlier: string,
  environment?: GitEnvironment,
): Promise<Pin> {
  const pin = await findPin(mirror, earlier, environment);
  if (pin === undefined) throw new NotFound(`what ${earlier} was based on is no longer kept`);
  return pinFetched(mirror, run, pin, environment);
}

function createPin(
  mirror: string,
  run: string,
  { branch, commit }: Pin,
  environment: GitEnvironment | undefined,
): Promise<GitResult> {
  const refs = [baseRefOf(run), `refs/pins/${run}/${branch}`];
  const input = refs.map((ref) => `create ${ref} ${commit}\n`).join('');
  return runGit(['--git-dir', mirror, 'update-ref', '--stdin'], { environment, input });
}

async function fetchInto(
  mirror: string,
  wanted: Wanted,
  call: Parameters<typeof runGit>[1] & object,
): Promise<void> {
  const made = await makeMirror(mirror, wanted.objectFormat, call.environment);
  const plain = [
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--update-shallow',
    // Git looks through what it has whether it should be packed, and there is nothing yet.
    ...(made ? ['--no-auto-maintenance'] : []),
  ];
  const { from, what, to, options } = wanted;
  const args = [...plain, '--quiet', ...options, from, `+${what}:${to}`];
  const fetched = await runGit(['--git-dir', mirror, 'fetch', ...args], {
    ...call,
    timeoutMs: fetchMs,
  });
  if (fetched.code !== 0) throw fetchFault(from, fetched);
}

async function pinFetched(
  mirror: string,
  run: string,
  pin: Pin,
  environment: GitEnvironment | undefined,
): Promise<Pin> {
  const created = await createPin(mirror, run, pin, environment);
  // Where another process was faster, its pin stands.
  const found = created.code === 0 ? pin : await findPin(mirror, run, environment);
  if (found === undefined) throw new StorageFailed(`the pin was not kept: ${faultOf(created)}`);
  return found;
}

/** Pins another commit, which was fetched for the run, in the place of the one before. */
export async function movePin(
  mirror: string,
  run: string,
  { branch, commit }: Pin,
  environment?: GitEnvironment,
): Promise<void> {
  const input = `update ${baseRefOf(run)} ${commit}\nupdate refs/pins/${run}/${branch} ${commit}\n`;
  await git(['--git-dir', mirror, 'update-ref', '--stdin'], { environment, input });
}

/** A local repository is no good; a remote one refuses us for good, or may answer later. */
function fetchFault(from: string, result: GitResult): DomainError {
  const text = `${from} could not be fetched: ${faultOf(result)}`;
  if (/no space left on device|disk quota/i.test(result.stderr)) return new StorageFailed(text);
  if (from.startsWith('/')) return new RepositoryInvalid(text);
  const refusal = /authentication failed|could not read username|not found|error: 40[0134]/i;
  return refusal.test(result.stderr) ? new ForgeFailed(text) : new ForgeUnavailable(text);
}

/** Made beside its place and moved there, so that a half-made mirror is never seen. False where it was there. */
async function makeMirror(
  mirror: string,
  objectFormat: string,
  environment: GitEnvironment | undefined,
): Promise<boolean> {
  if (await exists(mirror)) return false;
  await mkdir(dirname(mirror), { recursive: true, mode: 0o700 });
  const made = `${mirror}.${randomUUID()}`;
  const how = ['--bare', '--quiet', '--template=', `--object-format=${objectFormat}`];
  await git(['init', ...how, '--initial-branch=unused', made], { environment });
  try {
    await rename(made, mirror);
  } catch (cause) {
    await rm(made, { recursive: true, force: true });
    if (!(await exists(mirror))) throw new StorageFailed(`${mirror} can't be made`, { cause });
    return false;
  }
  return true;
}

async function exists(mirror: string): Promise<boolean> {
  return access(join(mirror, 'HEAD')).then(
    () => true,
    () => false,
  );
}
