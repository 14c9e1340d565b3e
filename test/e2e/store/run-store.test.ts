import { runStoreContract } from '../../contract/run-store.ts';
import { storeMaker } from './open-stores.ts';

runStoreContract(storeMaker());
