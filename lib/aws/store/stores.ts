import type { Ports } from '../../domain/ports.ts';
import { dynamoAdmissionStore } from './admission-store.ts';
import { dynamoBudgetStore } from './budget-store.ts';
import { dynamoClaimStore } from './claim-store.ts';
import { dynamoCursorStore } from './cursor-store.ts';
import { dynamoEffectStore } from './effect-store.ts';
import { dynamoInboxStore } from './inbox-store.ts';
import { dynamoPauseStore } from './pause-store.ts';
import { dynamoRunStore } from './run-store.ts';
import { dynamoRunnerStore } from './runner-store.ts';
import { dynamoSlotStore } from './slot-store.ts';
import { dynamoStageStore } from './stage-store.ts';
import type { Table } from './table.ts';

/** The ports that one DynamoDB table serves. The ledger, which needs a bucket too, is not among them. */
export type TableStores = Pick<
  Ports,
  | 'runs'
  | 'claims'
  | 'slots'
  | 'runners'
  | 'stages'
  | 'budgets'
  | 'admissions'
  | 'pauses'
  | 'effects'
  | 'inbox'
  | 'cursors'
>;

/** All stores on one table. */
export function dynamoStores(table: Table): TableStores {
  return {
    runs: dynamoRunStore(table),
    claims: dynamoClaimStore(table),
    slots: dynamoSlotStore(table),
    runners: dynamoRunnerStore(table),
    stages: dynamoStageStore(table),
    budgets: dynamoBudgetStore(table),
    admissions: dynamoAdmissionStore(table),
    pauses: dynamoPauseStore(table),
    effects: dynamoEffectStore(table),
    inbox: dynamoInboxStore(table),
    cursors: dynamoCursorStore(table),
  };
}
