import { dynamoPinStore } from '../../../lib/aws/store/pin-store.ts';
import { pinStoreContract } from '../../contract/pin-store.ts';
import { tableMaker } from './open-table.ts';

const make = tableMaker();
pinStoreContract(async () => dynamoPinStore((await make()).table));
