import { claimStoreContract } from '../../contract/claim-store.ts';
import { storeMaker } from './open-stores.ts';

claimStoreContract(storeMaker());
