import { expect, test } from '@jest/globals';
import { composePorts } from '../../lib/aws/compose.ts';
import { functionEnvironment } from '../../lib/aws/environment.ts';
import { environmentNames as names } from '../../lib/aws/environment-names.ts';

const access = {
  apiUrl: 'https://api.github.com',
  mint: async () => {
    throw new Error('nobody writes here');
  },
};
const portsOf = (tier: string | undefined) => {
  const told = { [names.table]: 'table', [names.ledgerBucket]: 'ledger', [names.egressTier]: tier };
  return composePorts(functionEnvironment(told), access);
};

test('in tier proxied alone a stage must have the proxy’s address', () => {
  expect(portsOf('proxied').proxyAddress).toBeInstanceOf(Function);
  expect(portsOf('dns').proxyAddress).toBeUndefined();
  expect(portsOf(undefined).proxyAddress).toBeUndefined();
});
