import { effectStoreContract } from '../../contract/effect-store.ts';
import { storeMaker } from './open-stores.ts';

effectStoreContract(storeMaker());
