import { slotStoreContract } from '../../contract/slot-store.ts';
import { storeMaker } from './open-stores.ts';

slotStoreContract(storeMaker());
