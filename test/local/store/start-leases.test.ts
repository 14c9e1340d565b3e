import { startLeasesContract } from '../../contract/start-leases.ts';
import { storeMaker } from './open-stores.ts';

startLeasesContract(storeMaker());
