import { budgetStoreContract } from '../../contract/budget-store.ts';
import { storeMaker } from './open-stores.ts';

budgetStoreContract(storeMaker());
