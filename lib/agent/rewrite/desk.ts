import type { StageInput } from '../../domain/stage-input.ts';
import type { ClaimedEvent } from '../teller.ts';
import type { Rehearse } from './rehearse.ts';
import type { Sources } from './sources.ts';
import type { CallModel } from './talk.ts';

/** What a role has at hand that works by whole files. */
export interface Desk {
  readonly input: StageInput;
  readonly sources: Sources;
  readonly model: CallModel;
  readonly rehearse: Rehearse;
  /** What the repository says to agents, for a prompt; often empty. */
  readonly guidance: string;
  /** Random per stage, see `fence`. */
  readonly nonce: string;
  /** Tells the ledger what the role did, as a claim. */
  readonly tell: (event: ClaimedEvent) => void;
}
