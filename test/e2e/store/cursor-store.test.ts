import { cursorStoreContract } from '../../contract/cursor-store.ts';
import { storeMaker } from './open-stores.ts';

cursorStoreContract(storeMaker());
