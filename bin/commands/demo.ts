import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import type { Evidence } from '../../lib/domain/evidence.ts';
import { composeDemo, type Demo } from '../../lib/local/compose-demo.ts';
import { verifyFolder } from '../../lib/local/ledger/verify-folder.ts';
import { publicKeyPath } from '../../lib/local/signer.ts';
import { git } from '../../lib/local/source/git.ts';
import { evidenceOf, runOf } from '../../lib/services/lifecycle/run-facts.ts';
import { type OutcomeReport, reportOf } from '../../lib/services/report.ts';
import { follow } from '../output/follow.ts';
import { writeSummary } from '../output/summary.ts';
import { paint, printable, type Terminal, terminal } from '../output/terminal.ts';
import { exitCode } from './carry-out.ts';

const introduction = `One issue of a sample repository, from webhook to merged pull request, on a GitHub of its own on 127.0.0.1.
Scripted: the model's turns, nothing else. Git, webhook, tokens, sandboxes, tests, review and merge are real.
The sandbox is "process", which is no boundary: it only runs this project's own sample.
`;

/** `entropy demo`: the whole lifecycle with no account and no key. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('take one sample issue from webhook to merged pull request; no account, no key')
    .option('--keep', 'leave GitHub and server up, to look at, until interrupted')
    .option('--json', 'one JSON object a line; the last has type "outcome"')
    .action(async (options: { keep?: true; json?: true }) => {
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

async function demo(config: Config, options: { keep?: true }, shown: Terminal): Promise<number> {
  shown.err.write(introduction);
  const up = await composeDemo(config, (line) => void shown.err.write(`${line}\n`));
  try {
    const id = await up.trigger();
    const { ports } = up.server.embedded;
    await follow(ports, id, shown);
    const run = await runOf(ports, id);
    const report = await reportOf(ports, run);
    const verified = await verification(config, id);
    if (!shown.json) await showChange(up, config, report, shown);
    writeSummary(report, shown, [
      ['scripted', "the model's turns; nothing was asked of a model, so no token was paid for"],
      ['verified', verified.text],
    ]);
    if (options.keep === true) await keep(up, config, shown);
    return verified.ok ? exitCode(report) : 6;
  } finally {
    await up.close();
  }
}

async function verification(config: Config, run: string): Promise<{ ok: boolean; text: string }> {
  const key = readFileSync(publicKeyPath(config.dataDir), 'utf8');
  const found = await verifyFolder(join(config.dataDir, 'ledger', run), key, { run, sealed: true });
  const problem = found.problems[0];
  const text = problem
    ? `NOT: ${problem.object}: ${problem.reason}`
    : 'every event, payload and the signature';
  return { ok: found.ok, text };
}

/** The merged diff out of real git, and the bug's test before and after. */
async function showChange(up: Demo, config: Config, report: OutcomeReport, { out }: Terminal) {
  const { ports } = up.server.embedded;
  const gitDir = join(config.dataDir, 'playground', 'repositories', `${up.repository}.git`);
  const log = await git(['--git-dir', gitDir, 'log', '--oneline', '--graph', '-n', '4', 'main']);
  const run = await runOf(ports, report.run);
  const diff = await git(['--git-dir', gitDir, 'diff', run.base?.commit ?? 'main', 'main']);
  out.write(`\n${printable(log.toString())}\n${printable(diff.toString())}\n`);
  if (report.evidence === null) return;
  const { runs } = await evidenceOf(ports, report.run, report.evidence.rounds);
  for (const test of report.evidence.proof) {
    const before = paint(out, 'red', statusOf(runs, 'testsOnly', test));
    const after = paint(out, 'green', statusOf(runs, 'change', test));
    out.write(`${printable(test)}\n  without the change ${before}, with it ${after}\n`);
  }
  out.write('\n');
}

function statusOf(runs: Evidence['runs'], which: 'testsOnly' | 'change', id: string): string {
  return runs?.[which].tests?.find((test) => test.id === id)?.status ?? runs?.[which].state ?? '-';
}

async function keep(up: Demo, config: Config, { err }: Terminal): Promise<void> {
  err.write(`
still up, until you interrupt:
  git clone ${up.playground.gitUrl(up.repository)}
  curl ${up.playground.apiUrl}/repos/${up.repository}/pulls?state=all
  webhook ${up.server.url}/github/webhook
  data    ${config.dataDir}
`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}
