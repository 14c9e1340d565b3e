import type { Prices } from './prices.ts';
import { type CostTemplate, type Line, memoryOf, resourcesOf } from './template.ts';
import { idleCall, workload } from './workload.ts';

/** Types that cost nothing while nothing is done with them; what is done is counted by the issue. */
const byUse = new Set(
  [
    ...['ApiGatewayV2::Api', 'ApiGatewayV2::Integration', 'ApiGatewayV2::Route'],
    ...['ApiGatewayV2::Stage', 'Budgets::Budget', 'DynamoDB::Table', 'Events::Rule'],
    ...['EC2::FlowLog', 'EC2::InternetGateway', 'EC2::Route', 'EC2::RouteTable'],
    ...['EC2::SecurityGroup', 'EC2::SecurityGroupEgress', 'EC2::SecurityGroupIngress'],
    ...['EC2::Subnet', 'EC2::SubnetRouteTableAssociation', 'EC2::VPC'],
    ...['EC2::VPCGatewayAttachment', 'ECS::Cluster', 'ECS::TaskDefinition'],
    ...['IAM::ManagedPolicy', 'IAM::Policy', 'IAM::Role', 'Lambda::EventSourceMapping'],
    ...['Lambda::Alias', 'Lambda::Function', 'Lambda::Permission', 'Lambda::Url', 'Logs::LogGroup'],
    ...['Route53Resolver::FirewallRuleGroup', 'Route53Resolver::FirewallRuleGroupAssociation'],
    ...['S3::Bucket', 'S3::BucketPolicy', 'SNS::Subscription', 'SNS::Topic', 'SNS::TopicPolicy'],
    ...['SQS::Queue', 'SQS::QueuePolicy', 'SSM::Parameter', 'StepFunctions::StateMachine'],
  ].map((name) => `AWS::${name}`),
);

type Pricer = (template: CostTemplate, prices: Prices) => Line;

/** Types that cost by the month, whatever is done. */
const byMonth: Readonly<Record<string, Pricer>> = {
  'AWS::KMS::Key': (template, { kms }) =>
    counted(template, 'AWS::KMS::Key', 'Keys that sign', kms.keyMonth),
  'AWS::CloudWatch::Alarm': (template, { alarms }) => {
    const count = resourcesOf(template, 'AWS::CloudWatch::Alarm').length;
    const dollars = Math.max(0, count - alarms.free) * alarms.month;
    return {
      what: 'Alarms',
      how: `${count}, of which an account has ${alarms.free} free`,
      dollars,
    };
  },
  'AWS::Route53Resolver::FirewallDomainList': (template, { network }) => {
    const lists = resourcesOf(template, 'AWS::Route53Resolver::FirewallDomainList');
    const count = lists.flatMap(([, { Domains }]) => Domains as unknown[]).length;
    const dollars = count * network.dnsDomainMonth;
    return { what: 'DNS Firewall', how: `${count} listed names`, dollars };
  },
  'AWS::Scheduler::Schedule': schedules,
  'AWS::EC2::VPCEndpoint': (template, { network, month }) => {
    const zones = resourcesOf(template, 'AWS::EC2::VPCEndpoint')
      .filter(([, { VpcEndpointType }]) => VpcEndpointType !== 'Gateway')
      .map(([, { SubnetIds }]) => (SubnetIds as unknown[] | undefined)?.length ?? 1);
    const count = zones.reduce((total, zone) => total + zone, 0);
    const dollars = count * network.endpointHour * month.hours;
    return { what: 'Endpoints', how: `${count} by the hour; to S3 for nothing`, dollars };
  },
  'AWS::EC2::NatGateway': (template, { network, month }) =>
    counted(template, 'AWS::EC2::NatGateway', 'NAT', network.natHour * month.hours),
  'AWS::EC2::EIP': (template, { network, month }) =>
    counted(template, 'AWS::EC2::EIP', 'Addresses', network.ipv4Hour * month.hours),
  'AWS::SecretsManager::Secret': (template, { secret }) =>
    counted(template, 'AWS::SecretsManager::Secret', 'Secrets', secret.month),
};

/**
 * What a month costs in which nothing happens, line by line. Throws where the template has a type that nobody
 * has said the price of.
 */
export function idleLines(template: CostTemplate, prices: Prices): Line[] {
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  const unknown = [...types].filter((type) => !byUse.has(type) && !Object.hasOwn(byMonth, type));
  if (unknown.length > 0) throw new Error(`no price is known for ${unknown.join(', ')}`);
  const { gb, kept } = workload.image;
  const image = {
    what: 'Image',
    how: `${kept} of ${gb} GB`,
    dollars: gb * kept * prices.ecr.gbMonth,
  };
  const lines = Object.entries(byMonth)
    .filter(([type]) => types.has(type))
    .map(([, price]) => price(template, prices));
  return [...lines, image].sort((a, b) => b.dollars - a.dollars);
}

function counted(template: CostTemplate, type: string, what: string, each: number): Line {
  const count = resourcesOf(template, type).length;
  return { what, how: `${count} at $${each.toFixed(2)}`, dollars: count * each };
}

/** Each call by the clock: the call, the function that looks and finds nothing, what it reads. */
function schedules(template: CostTemplate, prices: Prices): Line {
  const { lambda, dynamodb, scheduler, month } = prices;
  let calls = 0;
  let lambdaGbSeconds = 0;
  for (const [, { ScheduleExpression, Target }] of resourcesOf(
    template,
    'AWS::Scheduler::Schedule',
  )) {
    const minutes = Number(/^rate\((\d+) minutes?\)$/.exec(String(ScheduleExpression))?.[1]);
    if (!(minutes > 0)) throw new Error(`no rate in minutes: ${String(ScheduleExpression)}`);
    const arn = (Target as { Arn: { 'Fn::GetAtt': [string] } }).Arn['Fn::GetAtt'][0];
    const memory = memoryOf(template, arn.replace(/^Functions|Function\w*$/g, ''));
    const count = (month.hours * 60) / minutes;
    calls += count;
    lambdaGbSeconds += count * memory * idleCall.seconds;
  }
  const each = scheduler.call + lambda.request + idleCall.reads * dynamodb.read;
  return {
    what: 'Calls by the clock',
    how: `${Math.round(calls)} that find nothing`,
    dollars: calls * each + lambdaGbSeconds * lambda.gbSecond,
    uses: { lambdaGbSeconds, lambdaRequests: calls },
  };
}
