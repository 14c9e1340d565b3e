import { admissionStoreContract } from '../../contract/admission-store.ts';
import { storeMaker } from './open-stores.ts';

admissionStoreContract(storeMaker());
