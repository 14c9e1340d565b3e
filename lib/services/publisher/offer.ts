import type { Forge } from '../../domain/forge.ts';
import type { LedgerHead } from '../../domain/ledger.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Run } from '../../domain/run.ts';
import { baseOf, issueOf, policyOf } from '../lifecycle/run-facts.ts';
import { modelsPlayed, type PlayedModels } from '../models-played.ts';
import { type Customs, customsOf } from './customs/customs.ts';
import { type RoundResult, subjectOf } from './pull-request-body.ts';

/** A round's change with all that its commit and pull request say. */
export interface Offer {
  readonly forge: Forge;
  readonly result: RoundResult;
  readonly customs: Customs;
  /** Subject of the commit and title of the pull request. */
  readonly subject: string;
  /** The ledger's head when the change was found valid. */
  readonly ledger: LedgerHead;
  readonly models: PlayedModels;
}

/** Puts it together, by the customs of the repository at the run's base. */
export async function offerOf(
  ports: Ports,
  run: Run,
  result: RoundResult,
  ledger: LedgerHead,
): Promise<Offer> {
  const paths = result.change.files.map(({ path }) => path);
  const policy = await policyOf(ports, run);
  const customs = await customsOf(ports.source, run, baseOf(run).commit, policy, paths);
  const labels = run.issueDigest === undefined ? [] : (await issueOf(ports, run)).labels;
  const subject = subjectOf(result, customs, labels);
  const models = await modelsPlayed(ports, run);
  return { forge: ports.forgeOf(run), result, customs, subject, ledger, models };
}
