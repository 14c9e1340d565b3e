import { expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

const dns = synthesized();

test('what is given up is kept for two weeks, encrypted, and sent over TLS alone', () => {
  expect(dns.only('AWS::SQS::Queue')).toMatchObject({
    MessageRetentionPeriod: 1_209_600,
    SqsManagedSseEnabled: true,
  });
  expect(JSON.stringify(dns.only('AWS::SQS::QueuePolicy'))).toContain(
    '"aws:SecureTransport":"false"',
  );
});

test('every queue has an alarm', () => {
  for (const [id] of dns.of('AWS::SQS::Queue')) {
    const alarms = dns
      .of('AWS::CloudWatch::Alarm')
      .filter(([, alarm]) => JSON.stringify(alarm.Properties.Dimensions).includes(id));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.[1].Properties).toMatchObject({
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
  }
});

test('all that calls by itself gives up into it', () => {
  const [[queue] = ['']] = dns.of('AWS::SQS::Queue');
  const callers = [
    ...dns
      .of('AWS::Lambda::EventSourceMapping')
      .map(([, each]) => each.Properties.DestinationConfig),
    ...dns
      .of('AWS::Scheduler::Schedule')
      .map(([, each]) => each.Properties.Target.DeadLetterConfig),
    ...dns.of('AWS::Events::Rule').map(([, each]) => each.Properties.Targets[0].DeadLetterConfig),
  ];
  expect(callers).toHaveLength(5);
  for (const caller of callers) expect(JSON.stringify(caller)).toContain(queue);
});

test('alarms and budget may publish, from this account alone', () => {
  const { Statement } = dns.only('AWS::SNS::TopicPolicy').PolicyDocument;
  const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
  expect(allowed.map((each: { Principal: { Service: string } }) => each.Principal.Service)).toEqual(
    ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'],
  );
  for (const { Condition } of allowed)
    expect(Condition.StringEquals).toHaveProperty('aws:SourceAccount');
});

test('a mail is sent to who asked for it', () => {
  expect(dns.of('AWS::SNS::Subscription')).toEqual([]);
  expect(synthesized({ email: 'a@example.org' }).only('AWS::SNS::Subscription')).toMatchObject({
    Protocol: 'email',
    Endpoint: 'a@example.org',
  });
});

test('alarms are no more than cost nothing', () => {
  expect(dns.of('AWS::CloudWatch::Alarm').length).toBeLessThanOrEqual(10);
});

test('the intake knows where to put what it gives up', () => {
  const [dispatch] = dns
    .of('AWS::Lambda::Function')
    .filter(([id]) => id.startsWith('FunctionsdispatchFunction'));
  const [[queue] = ['']] = dns.of('AWS::SQS::Queue');
  const variables = dispatch?.[1].Properties.Environment.Variables;
  expect(variables.ENTROPY_FAILURES_QUEUE_URL).toEqual({ Ref: queue });
});
