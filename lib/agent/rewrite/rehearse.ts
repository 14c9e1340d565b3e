import { join } from 'node:path';
import type { CheckRun, Evidence } from '../../domain/evidence.ts';
import { showHidden } from '../../domain/hidden-text.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import type { StageInput } from '../../domain/stage-input.ts';
import { type Judgement, judge } from '../../domain/verdict.ts';
import { execIn } from '../exec.ts';
import { setupPhase } from '../set-up-egress.ts';
import { programsOf, type StageWork } from '../stage-work.ts';
import { toolEnvironment } from '../tool-environment.ts';
import { verifyChange } from '../verify.ts';
import type { Workspace } from '../workspace.ts';
import { type Draft, filesOf } from './draft.ts';

/** What the checks say of a draft, in the coder's own sandbox. It is no Evidence: the verifier looks again. */
export interface Rehearsal {
  readonly evidence: Evidence;
  readonly judgement: Judgement;
}

export type Rehearse = (draft: Draft) => Promise<Rehearsal>;

/** Runs the checks as the verifier will, in a folder of the stage's own; the base is run once. */
export function rehearser(work: StageWork, input: StageInput, workspace: Workspace): Rehearse {
  const memory = { runs: new Map(), kept: new Map() };
  const { paths, labels } = input.exempt ?? { paths: [], labels: [] };
  const evidenceRules = { exempt: [...paths], exemptLabels: [...labels] };
  const policy = { ...defaultPolicy, evidence: evidenceRules };
  return async (draft) => {
    const evidence = await verifyChange({
      workspaceRoot: join(work.scratch, 'rehearsal'),
      repositoryDir: workspace.gitDir,
      repositorySpoiled: true,
      base: workspace.base,
      change: {
        kind: 'change-set',
        base: workspace.base,
        files: filesOf(draft),
        title: 'draft',
        body: 'draft',
      },
      checks: input.checks,
      limits: work.grant.limits,
      exec: execIn(work.sandbox),
      wrapper: work.sandbox.wrapper ?? [],
      env: toolEnvironment(work.sandbox),
      programs: programsOf(work),
      setup: setupPhase(work.gateway, work.egress, work.sandbox.proxy),
      log: ({ step, detail }) => work.log(`rehearse.${step} ${detail}`),
      signal: work.signal,
      memory,
    });
    work.signal.throwIfAborted();
    return { evidence, judgement: judge(evidence, policy, labels) };
  };
}

/** Ids of the tests that failed in a run. */
export function failedIn(run: CheckRun | undefined): string[] {
  return (run?.tests ?? []).filter((test) => test.status === 'failed').map((test) => test.id);
}

/** Something that the base had is broken; a new test that fails, or the lack of a proof, is not that. */
export function harmsBase({ evidence, judgement }: Rehearsal): boolean {
  const { verdict, rule, broken } = judgement;
  if (verdict !== 'bad' || rule === 'no-proof') return false;
  const own = new Set((evidence.runs?.base.tests ?? []).map((test) => test.id));
  return broken.length === 0 || broken.some((id) => own.has(id));
}

const most = { tests: 4, message: 700, output: 1500 };

/** Why a draft is not good, short enough for a small model. */
export function complaint({ evidence, judgement }: Rehearsal): string {
  const { runs } = evidence;
  if (runs === undefined) return judgement.detail;
  const shown = [runs.change, runs.baseTests].map(failuresIn).find((text) => text !== '') ?? '';
  return `${showHidden(judgement.detail)}\n${shown}`.trim();
}

/** What failed in a run and how; the end of the output where no test says it. */
export function failuresIn(run: CheckRun): string {
  const failed = (run.tests ?? []).filter((test) => test.status === 'failed');
  const lines = failed
    .slice(0, most.tests)
    .map((test) => `- ${test.id}\n${told(test.message).slice(0, most.message)}`);
  const last = run.commands.at(-1);
  const silent = failed.every((test) => (test.message ?? '') === '');
  const output =
    silent && last !== undefined && last.exitCode !== 0
      ? [`$ ${last.command}\n${last.outputTail.slice(-most.output)}`]
      : [];
  return showHidden([...lines, ...output].join('\n'));
}

/** Without the runner's own part of a stack: it says nothing about the repository. */
function told(message = ''): string {
  const frame = /^\s+at .*(node:|node_modules\/)/;
  return message
    .split('\n')
    .filter((line) => !frame.test(line))
    .join('\n');
}
