import { runnerStoreContract } from '../../contract/runner-store.ts';
import { storeMaker } from './open-stores.ts';

runnerStoreContract(storeMaker());
