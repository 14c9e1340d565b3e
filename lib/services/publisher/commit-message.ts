import type { Identity } from '../../domain/forge.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Run } from '../../domain/run.ts';
import { modelRoles } from '../../domain/stage.ts';
import type { PlayedModels } from '../models-played.ts';
import type { RoundResult } from './pull-request-body.ts';
import { tameLine, tameMessage } from './tame-text.ts';

/** What the message says beside the round's own words. */
export interface CommitFacts {
  readonly subject: string;
  readonly ledger: LedgerHead;
  readonly models: PlayedModels;
  /** Who signs it off, where the repository wants that. */
  readonly signer?: Identity;
}

const width = 72;

/** Subject, why and what, and trailers that say where it comes from. Models' words obey nobody: no issue, no CI. */
export function commitMessage(run: Run, result: RoundResult, facts: CommitFacts): string {
  const { plan, change, judgement, evidence } = result;
  const { subject, ledger, models, signer } = facts;
  const trailers = [
    ['Entropy-Run', run.id],
    ['Entropy-Issue', issueOf(run)],
    ...modelRoles.map((role) => ['Entropy-Model', `${role} ${models[role]}`]),
    ['Entropy-Evidence', `${judgement.verdict} ${judgement.rule}, tree ${evidence.tree}`],
    ['Entropy-Ledger', `event ${ledger.seq}, ${ledger.hash}`],
    ...(signer === undefined ? [] : [['Signed-off-by', `${signer.name} <${signer.email}>`]]),
  ].map(([name, value]) => `${name}: ${oneLine(value ?? '')}`);
  const body = [plan.summary, change.body].map((text) => wrapped(tameMessage(text)));
  return `${[tameLine(subject, 100), ...body, trailers.join('\n')].join('\n\n')}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 300);
}

/** Prose as git shows it best; code stays as it is. */
function wrapped(text: string): string {
  let fenced = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^(?:```|~~~)/.test(line)) fenced = !fenced;
      return fenced || line.length <= width ? line : wrapLine(line);
    })
    .join('\n');
}

function wrapLine(line: string): string {
  const indent = /^\s*(?:[-*] )?/.exec(line)?.[0].replace(/\S/g, ' ') ?? '';
  const lines: string[] = [];
  let present = '';
  for (const word of line.split(/(?<=\S) /)) {
    const longer = present === '' ? word : `${present} ${word}`;
    if (present !== '' && longer.length > width) {
      lines.push(present);
      present = `${indent}${word}`;
    } else present = longer;
  }
  return [...lines, present].join('\n');
}

function issueOf({ repository, issue }: Run): string {
  return repository.forge === 'github' ? `${repository.name}#${issue}` : issue;
}
