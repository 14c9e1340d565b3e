import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsPlace } from '../config.ts';
import { callLimits } from './call-limits.ts';
import { stackNameOf } from './deployed-stack.ts';
import { settingsStore } from './deployment-settings.ts';

/** An account as whoever administers a deployment works on it, by the rights of who calls. */
export function openAccount({ deployment, region }: AwsPlace) {
  const limits = { ...callLimits(20_000), ...(region === undefined ? {} : { region }) };
  const ssm = new SSMClient(limits);
  return {
    deployment,
    stackName: stackNameOf(deployment),
    stacks: new CloudFormationClient(limits),
    sts: new STSClient(limits),
    lambda: new LambdaClient({ ...limits, ...callLimits(90_000) }),
    quotas: new ServiceQuotasClient(limits),
    alarms: new CloudWatchClient(limits),
    queues: new SQSClient(limits),
    kms: new KMSClient(limits),
    s3: new S3Client(limits),
    ecs: new ECSClient(limits),
    iam: new IAMClient(limits),
    ssm,
    settings: settingsStore(ssm, deployment),
  };
}

/** See `openAccount`. */
export type Account = ReturnType<typeof openAccount>;
