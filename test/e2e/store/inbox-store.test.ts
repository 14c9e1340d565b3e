import { inboxStoreContract } from '../../contract/inbox-store.ts';
import { storeMaker } from './open-stores.ts';

inboxStoreContract(storeMaker());
