import { stageStoreContract } from '../../contract/stage-store.ts';
import { storeMaker } from './open-stores.ts';

stageStoreContract(storeMaker());
