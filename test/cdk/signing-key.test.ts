import { describe, expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

const dns = synthesized();
const keyOf = (spec: string) => {
  const found = dns.of('AWS::KMS::Key').filter(([, key]) => key.Properties.KeySpec === spec);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties ?? {};
};
const signer = keyOf('ECC_NIST_EDWARDS25519');
const app = keyOf('RSA_2048');

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Condition?: { ArnEquals?: { 'aws:PrincipalArn'?: { 'Fn::GetAtt': [string] }[] } };
}
const statementsOf = (key: typeof signer) => key.KeyPolicy.Statement as Statement[];
const actionsOf = ({ Action }: Statement) => [Action].flat();

/** Who the key's own policy lets sign. */
function signersOf(key: typeof signer): string[] {
  return statementsOf(key)
    .filter((statement) => actionsOf(statement).includes('kms:Sign'))
    .flatMap(({ Condition }) => Condition?.ArnEquals?.['aws:PrincipalArn'] ?? ['anyone' as never])
    .map((arn) => arn['Fn::GetAtt'][0].replace(/^Functions|Role\w*$/g, ''))
    .sort();
}

test('the ledger is signed by a key that never leaves KMS', () => {
  expect(signer).toMatchObject({ KeyUsage: 'SIGN_VERIFY' });
  expect(signer).not.toHaveProperty('Origin');
});

test("the App's key is made without material, to be imported once", () => {
  expect(app).toMatchObject({ KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL' });
});

describe('whatever policies the account has besides', () => {
  test('only the minters sign as the App', () => {
    expect(signersOf(app)).toEqual(['mintread', 'mintwrite']);
  });

  test('only who may end a run signs ledgers', () => {
    expect(signersOf(signer)).toEqual(['dispatch', 'lifecycle', 'sweep']);
  });

  test.each([
    ['ledger', signer],
    ['App', app],
  ])('the account administers the key of the %s without using it or handing use on', (_, key) => {
    const administered = statementsOf(key)
      .filter((statement) => !actionsOf(statement).includes('kms:Sign'))
      .flatMap(actionsOf);
    expect(administered).toContain('kms:Put*');
    for (const used of ['kms:Sign', 'kms:Decrypt', 'kms:CreateGrant', 'kms:ReplicateKey']) {
      const allowed = administered.filter((action) =>
        action.endsWith('*') ? used.startsWith(action.slice(0, -1)) : action === used,
      );
      expect(allowed).toEqual([]);
    }
  });
});

test('a key that goes can be called back for a month', () => {
  for (const [, key] of dns.of('AWS::KMS::Key')) {
    expect(key.Properties.PendingWindowInDays).toBe(30);
  }
});
