/** What the smoke run of an account is told, all of it by name: nothing is guessed. */
export interface SmokeSettings {
  /** Sets the stack apart from whatever is there. */
  readonly name: string;
  /** `owner/name` of a repository that the App is installed on, made for this. */
  readonly repository: string;
  readonly appId: string;
  readonly appKeyFile: string;
  readonly modelKeyFile: string;
  /** Who labels the issue: a token with write access, in a file. */
  readonly tokenFile: string;
}

/** One step: what is done, and the command or call that does it. */
export interface SmokeStep {
  readonly name: 'deploy' | 'keys' | 'issue' | 'wait' | 'compare' | 'destroy';
  readonly what: string;
  readonly by: string;
}

/** The settings as the CDK is given them: small, cheap, and with a ledger that can be deleted after a day. */
export function contextOf({ name, appId, repository }: SmokeSettings): readonly string[] {
  const values = {
    ...{ name, appId, repositories: repository, capacity: '1', keepData: 'false' },
    ...{ ledgerMode: 'GOVERNANCE', ledgerDays: '1', monthlyDollars: '5' },
  };
  return Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}

/** All that is done, in order. What was made is removed also where a step before fails. */
export function smokePlan(settings: SmokeSettings): readonly SmokeStep[] {
  const { name, repository } = settings;
  const stack = `Entropy-${name}`;
  const context = contextOf(settings).join(' ');
  return [
    {
      name: 'deploy',
      what: `makes the stack ${stack}, a name by chance, beside whatever is there`,
      by: `cdk deploy ${stack} --require-approval never ${context}`,
    },
    {
      name: 'keys',
      what: "gives the App's key to KMS, a fresh webhook secret and the model's key to SSM",
      by: 'kms:ImportKeyMaterial, ssm:PutParameter',
    },
    {
      name: 'issue',
      what: `files an issue on ${repository}, labels it, and tells the webhook so, signed`,
      by: `POST /repos/${repository}/issues, POST WebhookUrl`,
    },
    {
      name: 'wait',
      what: 'follows the run to its end, an hour at most',
      by: 'dynamodb:Query of the table',
    },
    {
      name: 'compare',
      what: "says how three of the differences of localstack/differences.md stand in the account: the lock on the ledger's objects, time to live, recovery; no other is looked at",
      by: 's3:GetObjectRetention, dynamodb:DescribeTimeToLive, dynamodb:DescribeContinuousBackups',
    },
    {
      name: 'destroy',
      what: `removes ${stack}, its secrets in SSM and its task definitions as "entropy destroy" does, and says what is still there: the ledger's bucket, whose objects are locked for a day and which is yours to delete after, and the access logs' where some came late; both KMS keys go after 30 days; the issue, what the run wrote on ${repository}, and the image in the repository of cdk bootstrap stay`,
      by: 'ssm:DeleteParameters, s3:DeleteObjects of the access logs, cloudformation:DeleteStack, ecs:DeregisterTaskDefinition',
    },
  ];
}
