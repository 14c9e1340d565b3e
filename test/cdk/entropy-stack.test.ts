import { describe, expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

describe.each(['dns', 'proxied'] as const)('in tier %s', (tier) => {
  const made = synthesized({ tier });

  test('nothing runs while nothing is to be done', () => {
    const running = [
      ...['AWS::ECS::Service', 'AWS::EC2::Instance', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
      ...['AWS::WAFv2::WebACL', 'AWS::RDS::DBInstance', 'AWS::ElastiCache::CacheCluster'],
      ...['AWS::SecretsManager::Secret', 'AWS::CloudWatch::Dashboard', 'AWS::Kinesis::Stream'],
    ];
    for (const type of running) expect(made.of(type)).toEqual([]);
    const text = JSON.stringify(made.resources);
    expect(text).not.toMatch(/ProvisionedConcurrency|ProvisionedThroughput|ContainerInsights/i);
  });

  test('every log forgets', () => {
    for (const [, { Properties }] of made.of('AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBeLessThanOrEqual(30);
    }
  });

  test('there are no functions of the toolkit’s own, and no custom resources', () => {
    expect(made.of('AWS::Lambda::Function')).toHaveLength(9);
    const types = Object.values(made.resources).map(({ Type }) => Type);
    expect(types.filter((type) => /^Custom::|CustomResource/.test(type))).toEqual([]);
  });

  test('nothing has a name that keeps a second deployment out', () => {
    const named = Object.values(made.resources).flatMap(({ Type, Properties }) =>
      Object.keys(Properties ?? {})
        .filter((key) =>
          /^(Bucket|Table|Function|Role|Queue|Topic|Cluster|StateMachine)Name$/.test(key),
        )
        .filter((key) => !(Type.startsWith('AWS::Lambda::') && key === 'FunctionName'))
        .map((key) => `${Type} ${key}`),
    );
    expect(named).toEqual([]);
  });

  test('says what the command line asks for', () => {
    expect(Object.keys(made.outputs)).toEqual(
      expect.arrayContaining([
        ...['WebhookUrl', 'GatewayUrl', 'TableName', 'LedgerBucket', 'StateMachineArn'],
        ...['ClusterArn', 'SignerKeyId', 'AppKeyId', 'WebhookSecretParameter'],
      ]),
    );
  });
});

test('data that is kept keeps the stack', () => {
  expect(synthesized().stack.terminationProtection).toBe(true);
  expect(synthesized({ keepData: false }).stack.terminationProtection).toBe(false);
});

test('the gateway is open to the internet and to nobody by AWS’s word: its authority is the session', () => {
  const { only, of } = synthesized();
  expect(only('AWS::Lambda::Url')).toMatchObject({
    AuthType: 'NONE',
    InvokeMode: 'RESPONSE_STREAM',
    TargetFunctionArn: { 'Fn::GetAtt': [expect.stringMatching(/^Functionsgateway/), 'Arn'] },
  });
  const anyone = of('AWS::Lambda::Permission').filter(
    ([, each]) => each.Properties.Principal === '*',
  );
  for (const [, { Properties }] of anyone) {
    expect(Properties.FunctionName['Fn::GetAtt'][0]).toMatch(/^Functionsgateway/);
    expect(Properties.FunctionUrlAuthType ?? Properties.InvokedViaFunctionUrl).toBeTruthy();
  }
});
