import type { Ports } from '../../domain/ports.ts';
import { type LedgerOptions, sqliteLedger } from '../ledger/ledger.ts';
import { sqliteAdmissionStore } from './admission-store.ts';
import { sqliteBudgetStore } from './budget-store.ts';
import { sqliteClaimStore } from './claim-store.ts';
import { sqliteCursorStore } from './cursor-store.ts';
import type { Database } from './database.ts';
import { sqliteEffectStore } from './effect-store.ts';
import { sqliteInboxStore } from './inbox-store.ts';
import { sqlitePauseStore } from './pause-store.ts';
import { sqliteRunStore } from './run-store.ts';
import { sqliteRunnerStore } from './runner-store.ts';
import { sqliteSlotStore } from './slot-store.ts';
import { sqliteStageStore } from './stage-store.ts';

/** The ports that one SQLite file and the ledger's folder serve. */
export type StorePorts = Pick<
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
  | 'ledger'
>;

/** All stores on one database. The caller closes the database. */
export function sqliteStores(database: Database, options: LedgerOptions): StorePorts {
  return {
    runs: sqliteRunStore(database),
    claims: sqliteClaimStore(database),
    slots: sqliteSlotStore(database),
    runners: sqliteRunnerStore(database),
    stages: sqliteStageStore(database),
    budgets: sqliteBudgetStore(database),
    admissions: sqliteAdmissionStore(database),
    pauses: sqlitePauseStore(database),
    effects: sqliteEffectStore(database),
    inbox: sqliteInboxStore(database),
    cursors: sqliteCursorStore(database),
    ledger: sqliteLedger(database, options),
  };
}
