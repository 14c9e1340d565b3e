import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, whyUnread } from '../../lib/config.ts';
import { ConfigInvalid, RepositoryInvalid } from '../../lib/domain/errors.ts';
import { sha256 } from '../../lib/domain/ledger.ts';
import { type Run, type RunSettings, runIdOf } from '../../lib/domain/run.ts';
import { issueReference } from '../../lib/github/issue-reference.ts';
import { siteOf } from '../../lib/github/site.ts';
import type { SandboxChoice } from '../../lib/local/sandbox/choose.ts';
import { inspectRepository, isDirty } from '../../lib/local/source/local-repository.ts';
import { confirm } from '../output/confirm.ts';
import { quote } from '../output/quote.ts';
import { type Terminal, terminal, writeJson } from '../output/terminal.ts';
import { carryOut, requireOwnEngines, requireSandbox } from './carry-out.ts';
import { loadHere } from './here.ts';
import { keepIssue, readIssue } from './local-issue.ts';
import { addRunOptions, type RunOptions, settingsOf, type WishedSettings } from './run-options.ts';
import { userName } from './user-name.ts';

interface Options extends RunOptions {
  readonly repo?: string;
  readonly issue?: string;
  readonly yes?: true;
  readonly json?: true;
}

const examples = `
Examples:
  entropy run octo/calc#7
  entropy run https://github.com/octo/calc/issues/7 --budget 2.50 --yes --json
  entropy run --repo . --issue bug.md
  entropy run --repo ~/src/lib --issue bug.md --budget 1.50 --yes --json
  entropy run --repo . --issue bug.md --base-url http://127.0.0.1:8080/v1 --model qwen --test "make check"

On GitHub the result is a pull request; it needs GITHUB_TOKEN_FILE, or ENTROPY_APP_ID and ENTROPY_APP_KEY_FILE.
In a local repository it is a branch, and a pull request's text beside the run's records; your working tree,
your index and your other branches are never touched.`;

/** `entropy run`: one issue, on GitHub or of a local repository. */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description(
      'resolve an issue on GitHub, or one given as a Markdown file in a local repository',
    )
    .argument('[issue]', "owner/repo#7, or the issue's URL")
    .option('--repo <path>', 'a local git repository')
    .option('--issue <file>', 'its issue: a Markdown file, its first heading the title');
  addRunOptions(command)
    .option('-y, --yes', 'do not ask before it starts')
    .option('--json', 'one JSON object a line; the last has type "outcome"')
    .addHelpText('after', examples)
    .action(async (reference: string | undefined, options: Options) => {
      const config = loadHere(program);
      const shown = terminal(options.json ?? false);
      process.exitCode =
        reference === undefined
          ? await runLocal(config, options, shown)
          : await runOnGithub(config, reference, options, shown);
    });
}

async function runOnGithub(
  config: Config,
  reference: string,
  options: Options,
  shown: Terminal,
): Promise<number> {
  if (options.repo !== undefined || options.issue !== undefined) {
    throw new ConfigInvalid('give an issue on GitHub, or --repo and --issue, not both');
  }
  const { repository: name, issue } = issueReference(reference, config.github.apiUrl);
  const wished = settingsOf(options, config);
  requireOwnEngines(config, wished);
  const { composeGithub } = await import('../../lib/local/compose-github.ts');
  const by = await composeGithub(config).checkCaller({ repository: name, issue });
  const { settings, choice } = await behind(config, wished, shown);
  shown.err.write(quote(settings, choice, `${name}#${issue} at ${siteOf(config.github.apiUrl)}`));
  if (options.yes !== true) await confirm('Start?', 'not started');
  const repository = { forge: 'github', name } as const;
  const trigger = { kind: 'cli', id: randomUUID(), by: by ?? userName() } as const;
  const id = runIdOf(repository, issue, trigger.id);
  return carryOut(config, { id, repository, issue, trigger, settings }, shown);
}

async function runLocal(config: Config, options: Options, shown: Terminal): Promise<number> {
  const file = options.issue;
  if (options.repo === undefined || file === undefined) {
    if (options.repo !== undefined) throw new ConfigInvalid('--repo: give --issue FILE.md with it');
    if (file !== undefined) throw new ConfigInvalid('--issue: give --repo PATH with it');
    throw new ConfigInvalid("give owner/repo#7 or an issue's URL, or --repo PATH --issue FILE.md");
  }
  const wished = settingsOf(options, config);
  requireOwnEngines(config, wished);
  const issue = readIssue(file);
  const [{ path, branch, commit, bare }, { settings, choice }] = await Promise.all([
    readRepository(options.repo),
    behind(config, wished, shown),
  ]);
  if (!bare && (await isDirty(path))) {
    shown.err.write(
      `${path} has changes that are not committed: the run starts from HEAD without them\n`,
    );
  }
  shown.err.write(
    quote(settings, choice, `${basename(path)} at ${commit.slice(0, 10)} (${branch})`),
  );
  if (options.yes !== true) await confirm('Start?', 'not started');
  return carryOut(config, await newRun(config, path, file, issue, settings), shown);
}

/** The settings with the sandbox that holds here, which `--json` tells. */
async function behind(
  config: Config,
  wished: WishedSettings,
  { json, out }: Terminal,
): Promise<{ settings: RunSettings; choice: SandboxChoice }> {
  const choice = await requireSandbox(config, wished.sandbox);
  if (json) writeJson(out, { type: 'sandbox', ...choice });
  return { settings: { ...wished, sandbox: choice.kind }, choice };
}

/** A run for the command line; the issue is copied, so that a retry finds it unchanged. */
async function newRun(
  config: Config,
  path: string,
  file: string,
  issue: string,
  settings: RunSettings,
): Promise<Omit<Run, 'status' | 'createdAt'>> {
  const repository = { forge: 'local', name: path } as const;
  const name = basename(file).replace(/\.[^.]*$/, '');
  const key = `${name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 30)}-${sha256(issue).slice(0, 8)}`;
  const trigger = { kind: 'cli', id: randomUUID(), by: userName() } as const;
  const id = runIdOf(repository, key, trigger.id);
  await keepIssue(config, id, issue);
  return { id, repository, issue: key, trigger, settings };
}

async function readRepository(repo: string) {
  try {
    const path = realpathSync(resolve(repo));
    return { path, ...(await inspectRepository(path)) };
  } catch (error) {
    if (error instanceof RepositoryInvalid) throw new ConfigInvalid(`--repo: ${error.message}`);
    throw new ConfigInvalid(`--repo: ${whyUnread(error, repo)}`);
  }
}
