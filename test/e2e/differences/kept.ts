import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateFunctionUrlConfigCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectLockConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  endOf,
  functionOf,
  machineOf,
  nameOf,
  type Probed,
  probed,
  stackOf,
  start,
} from '../probe-tools.ts';
import type { Probe } from './probe.ts';

/** Whether a stack of one such resource can be made. */
const taken =
  (Type: string, Properties: object): Probe =>
  async (on) =>
    (await stackOf(on, { It: { Type, Properties } })) === 'CREATE_COMPLETE';

/** A table as a template makes it. */
async function tableOf(on: Probed): Promise<string> {
  const TableName = nameOf('probe');
  const status = await stackOf(on, {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    },
  });
  if (status !== 'CREATE_COMPLETE') throw new Error(status);
  return TableName;
}

/** What no patch mends: it is set by the API after the deploy, or held by tests of the template and of units. */
export const kept: Readonly<Record<string, Probe>> = {
  'template-object-lock': async (on) => {
    const Bucket = nameOf('probe');
    const DefaultRetention = { Mode: 'GOVERNANCE', Days: 1 };
    await stackOf(on, {
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: Bucket,
          ObjectLockEnabled: true,
          ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } },
        },
      },
    });
    const asked = new GetObjectLockConfigurationCommand({ Bucket });
    const found = await on.s3.send(asked).catch(() => undefined);
    return found?.ObjectLockConfiguration?.Rule?.DefaultRetention?.Days === 1;
  },

  'template-time-to-live': async (on) => {
    const TableName = await tableOf(on);
    const found = await on.dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
    return found.TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED';
  },

  'template-point-in-time-recovery': async (on) => {
    const TableName = await tableOf(on);
    const found = await on.dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
    const { PointInTimeRecoveryDescription: point } = found.ContinuousBackupsDescription ?? {};
    return point?.PointInTimeRecoveryStatus === 'ENABLED';
  },

  'template-reserved-concurrency': async (on) => {
    const FunctionName = nameOf('probe');
    await stackOf(on, {
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::000000000000:role/probe',
          Code: { ZipFile: 'exports.handler = async () => 1;' },
          ReservedConcurrentExecutions: 3,
        },
      },
    });
    const found = await on.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    return found.ReservedConcurrentExecutions === 3;
  },

  'template-flow-log': taken('AWS::EC2::FlowLog', {
    ResourceId: 'vpc-1',
    ResourceType: 'VPC',
    TrafficType: 'REJECT',
    LogDestinationType: 's3',
    LogDestination: 'arn:aws:s3:::logs',
  }),
  'template-security-group-rule': taken('AWS::EC2::SecurityGroupIngress', {
    GroupId: 'sg-1',
    IpProtocol: 'tcp',
    FromPort: 1,
    ToPort: 1,
    CidrIp: '10.0.0.0/8',
  }),
  'template-dns-firewall': taken('AWS::Route53Resolver::FirewallDomainList', {
    Name: 'allowed',
    Domains: ['example.com'],
  }),
  'template-budget': taken('AWS::Budgets::Budget', {
    Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 1, Unit: 'USD' } },
  }),

  's3-checksum-in-the-answer': async (on) => {
    const Bucket = nameOf('probe');
    await stackOf(on, { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } } });
    const put = { Bucket, Key: 'k', Body: 'x', ChecksumAlgorithm: 'SHA256' } as const;
    return (await on.s3.send(new PutObjectCommand(put))).ChecksumSHA256 !== undefined;
  },

  'lambda-streams-while-it-works': async (on) => {
    const FunctionName = await functionOf(
      on,
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('first ');
        await new Promise((resolve) => setTimeout(resolve, 1500));
        stream.end('last');
      });`,
    );
    const made = await on.lambda.send(
      new CreateFunctionUrlConfigCommand({
        ...{ FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' },
      }),
    );
    const id = new URL(made.FunctionUrl ?? '').hostname.split('.')[0];
    const began = performance.now();
    const answer = await fetch(`${on.endpoint}/_aws/lambda-url/${id}/`);
    const reader = answer.body?.getReader();
    await reader?.read();
    const early = performance.now() - began < 1400;
    await reader?.cancel();
    return early;
  },

  'sfn-survives-a-restart': async () => {
    const own = await probed(true, true);
    try {
      const wait = { First: { Type: 'Wait', Seconds: 5, End: true } };
      const execution = await start(own, await machineOf(own, wait));
      await own.restart();
      return (await endOf(own, execution)).status === 'SUCCEEDED';
    } finally {
      await own.close();
    }
  },

  'lambda-environment-is-its-own': async (on) => {
    const name = await functionOf(
      on,
      'export const handler = async () => { if (process.env.GATEWAY_PORT) throw new Error("leaks"); return 1; };',
    );
    return (
      (await on.lambda.send(new InvokeCommand({ FunctionName: name }))).FunctionError === undefined
    );
  },
};
