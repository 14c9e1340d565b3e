import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import type { LocalSandboxKind } from '../../lib/domain/run.ts';
import { composeDemo, type Demo } from '../../lib/local/compose-demo.ts';
import { verifyFolder } from '../../lib/local/ledger/verify-folder.ts';
import { type DemoIssue, demoIssues } from '../../lib/local/playground/demo-issues.ts';
import { publicKeyPath } from '../../lib/local/signer.ts';
import { runOf } from '../../lib/services/lifecycle/run-facts.ts';
import { reportOf } from '../../lib/services/report.ts';
import { writeChange } from '../output/change.ts';
import { asItShould, type IssueEnd, writeEnds } from '../output/demo-ends.ts';
import { follow } from '../output/follow.ts';
import { paint, type Terminal, terminal } from '../output/terminal.ts';

const introduction = (
  count: number,
  sandbox: LocalSandboxKind,
) => `${count === 1 ? 'One issue' : `${count} issues`} \
of sample repositories, each from webhook to its end, on a GitHub of its own on 127.0.0.1.
Scripted: the model's turns, nothing else. Git, webhook, tokens, sandboxes, tests, review and merge are real.
The sandbox is "${sandbox}"${sandbox === 'process' ? ", which is no boundary: it only runs this project's own samples" : ''}.
`;

interface Options {
  readonly issue?: string;
  readonly keep?: true;
  readonly json?: true;
  readonly sandbox: LocalSandboxKind;
}

/** `entropy demo`: the whole lifecycle with no account and no key. */
export function addDemo(program: Command): void {
  const names = demoIssues.map(({ name }) => name);
  program
    .command('demo')
    .description('take five sample issues from webhook to their end; no account, no key')
    .addOption(new Option('--issue <name>', 'only this one, with its change').choices(names))
    .addOption(
      new Option('--sandbox <kind>', 'boundary around agents and tests; process is none')
        .choices(['bubblewrap', 'process'])
        .default('process'),
    )
    .option('--keep', 'leave GitHub and server up, to look at, until interrupted')
    .option('--json', 'one JSON object a line; the last has type "outcome"')
    .action(async (options: Options) => {
      const given = program.opts<{ dataDir?: string }>().dataDir;
      const dataDir = given ?? mkdtempSync(join(tmpdir(), 'entropy-demo-'));
      mkdirSync(dataDir, { recursive: true });
      const config = { ...loadConfig(process.env, { dataDir }), dataDir };
      try {
        process.exitCode = await demo(config, options, terminal(options.json ?? false));
      } finally {
        if (given === undefined && options.keep !== true)
          rmSync(dataDir, { recursive: true, force: true });
      }
    });
}

/** 0 where every issue ended as it should and every ledger verifies, else 1. */
async function demo(config: Config, options: Options, shown: Terminal): Promise<number> {
  const issues = demoIssues.filter(({ name }) => name === (options.issue ?? name));
  shown.err.write(introduction(issues.length, options.sandbox));
  const began = Date.now();
  const log = (line: string) => {
    // What comes of a delivery is in the runs' own lines.
    if (!line.startsWith('delivery ')) shown.err.write(`${line}\n`);
  };
  const up = await composeDemo(config, issues, { log, sandbox: options.sandbox });
  try {
    const ends = await Promise.all(issues.map((issue) => see(up, config, issue, shown)));
    const [only] = ends;
    if (options.issue !== undefined && only !== undefined && !shown.json) {
      const where = { dataDir: config.dataDir, repository: up.repositoryOf(only.issue) };
      await writeChange(up.server.embedded.ports, where, only.report, shown);
    }
    writeEnds(ends, Date.now() - began, shown);
    if (options.keep === true) await keep(up, config, issues, shown);
    return ends.every(asItShould) ? 0 : 1;
  } finally {
    await up.close();
  }
}

/** Sees one issue through to its end; a question is answered once, where the demo has an answer. */
async function see(up: Demo, config: Config, issue: DemoIssue, shown: Terminal): Promise<IssueEnd> {
  const { ports } = up.server.embedded;
  const prefix = `${paint(shown.err, 'cyan', issue.name.padEnd(7))}  `;
  let id = await up.trigger(issue);
  let run = await follow(ports, id, shown, { prefix });
  let question: string | undefined;
  if (run?.outcome === 'question' && issue.answer !== undefined) {
    question = run.note;
    if (!shown.json)
      shown.err.write(`${clock(shown)} ${prefix}a maintainer answers the question\n`);
    id = await up.answer(issue);
    run = await follow(ports, id, shown, { prefix });
  }
  const runs = await up.runsOn(issue);
  const report = await reportOf(ports, runs.at(-1) ?? (await runOf(ports, id)));
  const problems = await Promise.all(runs.map((each) => problemOf(config, each.id)));
  return {
    issue,
    report,
    durationMs: (runs.at(-1)?.settledAt ?? 0) - (runs[0]?.createdAt ?? 0),
    problem: problems.find((problem) => problem !== undefined),
    ...(question === undefined ? {} : { question }),
  };
}

/** The time as events show it. */
const clock = ({ err }: Terminal) => paint(err, 'dim', new Date().toISOString().slice(11, 19));

/** What is wrong with a run's ledger, or undefined. */
async function problemOf({ dataDir }: Config, run: string): Promise<string | undefined> {
  const key = readFileSync(publicKeyPath(dataDir), 'utf8');
  const { problems } = await verifyFolder(join(dataDir, 'ledger', run), key, { run, sealed: true });
  const [problem] = problems;
  return problem && `${problem.object}: ${problem.reason}`;
}

async function keep(
  { playground, server, repositoryOf }: Demo,
  config: Config,
  issues: readonly DemoIssue[],
  { err }: Terminal,
): Promise<void> {
  const repositories = [...new Set(issues.map(repositoryOf))];
  err.write(`
still up, until you interrupt:
  pages   ${playground.url}/
${repositories.map((name) => `  git clone ${playground.gitUrl(name)}`).join('\n')}
  curl ${playground.apiUrl}/repos/${repositories[0]}/pulls?state=all
  webhook ${server.url}/github/webhook
  data    ${config.dataDir}
  ledgers ./bin/entropy.js --data-dir ${config.dataDir} status
`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}
