import { pauseStoreContract } from '../../contract/pause-store.ts';
import { storeMaker } from './open-stores.ts';

pauseStoreContract(storeMaker());
