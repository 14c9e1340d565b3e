import { describe, expect, test } from '@jest/globals';
import { functionNames } from '../../lib/cdk/entry.ts';
import { allowedTo, roleOf } from './policies.ts';
import { synthesized } from './synthesized.ts';

const dns = synthesized();
const log = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const trace = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
const items = [
  ...['BatchGetItem', 'ConditionCheckItem', 'DeleteItem', 'GetItem'],
  ...['PutItem', 'Query', 'UpdateItem'],
].map((name) => `dynamodb:${name}`);
const stream = [
  ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
    (name) => `dynamodb:${name}`,
  ),
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:SendMessage',
];
const objects = ['s3:GetObject', 's3:ListBucket', 's3:PutObject'];
const sign = ['kms:GetPublicKey', 'kms:Sign'];
const secrets = ['ssm:GetParameter', 'ssm:GetParameters'];
const call = ['lambda:InvokeFunction'];
const start = ['states:DescribeExecution', 'states:StartExecution'];

const expected: Record<string, readonly string[]> = {
  webhook: [...items.filter((name) => !/Batch|Delete|Query/.test(name)), ...secrets],
  dispatch: [...items, ...stream, ...objects, ...sign, ...call, ...start],
  lifecycle: [...items, ...objects, ...sign, ...call],
  'close-stage': [...items, ...objects],
  gateway: [...items, ...objects, ...secrets, ...call],
  'mint-read': sign,
  'mint-write': sign,
  'ledger-writer': [...stream, ...objects],
  sweep: [
    ...[...items, ...objects, ...sign, ...call, ...start],
    ...['ecs:DescribeTasks', 'ecs:ListTasks', 'ecs:StopTask'],
  ],
};

describe.each(functionNames)('%s', (name) => {
  const allowed = allowedTo(roleOf(name, dns), dns);

  test('may do what it is for, and no more', () => {
    const actions = new Set(allowed.flatMap(({ actions }) => actions));
    expect([...actions].sort()).toEqual([...(expected[name] ?? []), ...log, ...trace].sort());
  });

  test('may do it to what is named', () => {
    for (const { actions, resources, conditions } of allowed) {
      if (!resources.includes('*')) continue;
      expect(
        actions.every((action) => action.startsWith('xray:')) ||
          'ecs:cluster' in (conditions.ArnEquals ?? {}),
      ).toBe(true);
    }
  });
});

/** Functions whose role may do something to something whose ARN says `pattern`. */
function whoMay(action: string, pattern: RegExp): string[] {
  return functionNames.filter((name) =>
    allowedTo(roleOf(name, dns), dns).some(
      ({ actions, resources }) =>
        actions.includes(action) && pattern.test(JSON.stringify(resources)),
    ),
  );
}

describe('of the functions', () => {
  test('only the publisher asks for tokens that write', () => {
    expect(whoMay('lambda:InvokeFunction', /mintwrite/)).toEqual(['lifecycle']);
    expect(whoMay('lambda:InvokeFunction', /Functionslifecycle/)).toEqual([]);
    expect(whoMay('lambda:InvokeFunction', /mintread/)).toEqual(['dispatch', 'gateway', 'sweep']);
  });

  test('dispatch and sweep have the publisher do one kind of thing each, by an alias of its function', () => {
    expect(whoMay('lambda:InvokeFunction', /"FunctionsEntrancessigns/)).toEqual(['dispatch']);
    expect(whoMay('lambda:InvokeFunction', /"FunctionsEntrancessettling/)).toEqual(['sweep']);
    const aliases = dns.of('AWS::Lambda::Alias');
    expect(aliases.map(([, { Properties }]) => Properties)).toEqual(
      ['signs', 'settling'].map((Name) => ({
        Name,
        FunctionName: { Ref: expect.stringMatching(/^FunctionslifecycleFunction/) },
        FunctionVersion: '$LATEST',
      })),
    );
    const told = (name: string) =>
      dns.of('AWS::Lambda::Function').find(([id]) => id.startsWith(`Functions${name}Function`))?.[1]
        .Properties.Environment.Variables.ENTROPY_PUBLISHER_ENTRANCE;
    expect(told('dispatch')).toEqual({ Ref: expect.stringMatching(/^FunctionsEntrancessigns/) });
    expect(told('sweep')).toEqual({ Ref: expect.stringMatching(/^FunctionsEntrancessettling/) });
  });

  test('only the minters sign as the App, and they alone sign nothing else', () => {
    expect(whoMay('kms:Sign', /AppKey/)).toEqual(['mint-read', 'mint-write']);
    expect(whoMay('kms:Sign', /SignerKey/)).toEqual(['dispatch', 'lifecycle', 'sweep']);
  });

  test('only the webhook reads its secret, only the gateway keys of models', () => {
    expect(whoMay('ssm:GetParameter', /webhook-secret/)).toEqual(['webhook']);
    expect(whoMay('ssm:GetParameter', /anthropic-key|openai-key/)).toEqual(['gateway']);
    expect(whoMay('ssm:GetParameter', /openai-compatible-key/)).toEqual(['gateway']);
  });

  test('the one that faces the internet sees deliveries alone', () => {
    const [statement] = allowedTo(roleOf('webhook', dns), dns).filter(({ actions }) =>
      actions.some((action) => action.startsWith('dynamodb:')),
    );
    expect(statement?.conditions).toEqual({
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': ['delivery#*', 'body#*', 'meaning#*', 'inbox'],
      },
    });
  });
});

describe('at Bedrock', () => {
  const anthropic = { provider: 'anthropic', model: 'claude-x' };
  const bedrock = (model: string) => ({ provider: 'bedrock', model });
  const runSettings = (model: object, more: object = {}) => JSON.stringify({ model, ...more });
  const gatewayOf = (settings: string) => {
    const made = synthesized({ runSettings: settings });
    const names = functionNames.filter((name) =>
      allowedTo(roleOf(name, made), made).some(({ actions }) => /bedrock/.test(actions.join())),
    );
    const allowed = allowedTo(roleOf('gateway', made), made).filter(({ actions }) =>
      actions.some((action) => action.startsWith('bedrock:')),
    );
    return { names, allowed };
  };
  test('nobody may ask where no run asks there', () => {
    expect(gatewayOf(runSettings(anthropic))).toEqual({ names: [], allowed: [] });
  });

  test('only the gateway asks, for the models of all roles and of what stands in for them', () => {
    const { names, allowed } = gatewayOf(
      runSettings(
        { ...anthropic, fallbacks: [bedrock('anthropic.claude-b-v1:0')] },
        { roleModels: { coder: bedrock('anthropic.claude-a') } },
      ),
    );
    expect(names).toEqual(['gateway']);
    expect(allowed.map(({ actions, resources }) => [actions, resources])).toEqual([
      [
        ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
        [
          'arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-a',
          'arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-b-v1:0',
        ],
      ],
    ]);
  });

  test.each([
    ['jp', ['ap-northeast-1', 'ap-northeast-3', 'eu-west-1']],
    ['global', ['', 'eu-west-1']],
  ])('the models behind a profile of %s are reached through it alone', (geography, regions) => {
    const id = `${geography}.anthropic.claude-a`;
    const { allowed } = gatewayOf(runSettings(bedrock(id)));
    const profile = `arn:aws:bedrock:eu-west-1:111122223333:inference-profile/${id}`;
    expect(allowed.map(({ resources }) => resources)).toEqual([
      [profile],
      regions.map((region) => `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-a`),
    ]);
    const [, models] = allowed;
    expect(models?.conditions).toEqual({
      ArnEquals: { 'bedrock:InferenceProfileArn': profile },
    });
  });

  test.each(['anthropic.*', 'arn:aws:bedrock:eu-west-1:1:application-inference-profile/x', ''])(
    'the id %j is not granted',
    (model) => {
      expect(() => synthesized({ runSettings: runSettings(bedrock(model)) })).toThrow(
        expect.objectContaining({
          name: 'ConfigInvalid',
          message: expect.stringMatching(/is no id of a model/),
        }),
      );
    },
  );
});

describe('of the people who look after runs', () => {
  const roleNamed = (name: string) =>
    dns.of('AWS::IAM::Role').find(([id]) => id.startsWith(`Operators${name}`))?.[0] ?? '';
  const finds = ['kms:GetPublicKey', 'ssm:GetParameter', 'ssm:GetParameters'];
  // The shared policy names writing too: the bucket's own lets in writers alone.
  const looks = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];

  test.each([
    ['Reader', [...looks, ...objects, ...finds]],
    ['Operator', [...items, ...objects, ...finds, ...call]],
  ])('the %s may do what its commands need, to what is named, and no more', (name, expected) => {
    const allowed = allowedTo(roleNamed(name), dns);
    expect(allowed.flatMap(({ actions }) => actions).sort()).toEqual([...expected].sort());
    const resources = allowed.flatMap(({ resources }) => resources);
    expect(resources).not.toContain('*');
    expect(JSON.stringify(resources)).not.toMatch(/AppKey|mintwrite|webhook-secret/);
  });

  test('only the account says who may be one, and a reader writes no object of the ledger', () => {
    for (const name of ['Reader', 'Operator']) {
      const trust = dns.resources[roleNamed(name)]?.Properties.AssumeRolePolicyDocument;
      expect(trust.Statement).toHaveLength(1);
      expect(trust.Statement[0].Principal).toEqual({ AWS: 'arn:aws:iam::111122223333:root' });
    }
    const policy = JSON.stringify(dns.of('AWS::S3::BucketPolicy').map(([, each]) => each));
    expect(policy).toContain(roleNamed('Operator'));
    expect(policy).not.toContain(roleNamed('Reader'));
  });
});

test('no role of the stack may do anything by a wildcard, or pass on any role but one', () => {
  const all = dns.of('AWS::IAM::Role').flatMap(([id]) => allowedTo(id, dns));
  expect(all.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual(
    [],
  );
  const passing = all.filter(({ actions }) => actions.includes('iam:PassRole'));
  expect(passing).toHaveLength(1);
  expect(JSON.stringify(passing[0]?.resources)).toMatch(
    /^\[\{"Fn::GetAtt":\["SandboxesExecutionRole/,
  );
});

test('every service that takes a role takes it for this account alone', () => {
  for (const [, { Properties }] of dns.of('AWS::IAM::Role')) {
    const [{ Principal, Condition }] = Properties.AssumeRolePolicyDocument.Statement;
    if (Principal.Service === undefined || Principal.Service === 'lambda.amazonaws.com') continue;
    expect(Condition?.StringEquals?.['aws:SourceAccount']).toBeDefined();
  }
});
