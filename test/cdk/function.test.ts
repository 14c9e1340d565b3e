import { describe, expect, test } from '@jest/globals';
import { environmentNames } from '../../lib/aws/environment-names.ts';
import { functionNames, functionShapes } from '../../lib/cdk/entry.ts';
import { synthesized } from './synthesized.ts';

const dns = synthesized();
const functions = dns.of('AWS::Lambda::Function');

test('there are the functions that are named, and no more', () => {
  expect(functions).toHaveLength(functionNames.length);
});

describe.each(functions)('%s', (id, { Properties }) => {
  test('runs on Node 24, arm64, traced', () => {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    });
  });

  test('writes to a log of its own that forgets', () => {
    const group = Properties.LoggingConfig.LogGroup.Ref;
    expect(dns.resources[group]?.Properties.RetentionInDays).toBe(30);
    const others = functions.filter(([other]) => other !== id);
    expect(others.map(([, each]) => each.Properties.LoggingConfig.LogGroup.Ref)).not.toContain(
      group,
    );
  });

  test('is alarmed about', () => {
    const alarms = dns
      .of('AWS::CloudWatch::Alarm')
      .filter(([, alarm]) => alarm.Properties.Dimensions?.[0]?.Value?.Ref === id);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.[1].Properties).toMatchObject({
      MetricName: 'Errors',
      Namespace: 'AWS/Lambda',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: expect.stringMatching(/^FailuresAlarms/) }],
    });
  });

  test('knows names by the names that there are, and nothing secret', () => {
    const known = new Set<string>(Object.values(environmentNames));
    const variables = Object.entries(Properties.Environment?.Variables ?? {});
    expect(variables.filter(([name]) => !known.has(name))).toEqual([]);
    expect(JSON.stringify(variables)).not.toMatch(/dynamic|resolve:|secretsmanager/i);
  });

  test('has no concurrency of its own while none is asked for', () => {
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});

test('with reserved concurrency every function has a share, and the account keeps 100', () => {
  const reserved = synthesized({ reserved: true }).of('AWS::Lambda::Function');
  const shares = reserved.map(([, each]) => each.Properties.ReservedConcurrentExecutions as number);
  expect(shares.every((share) => share > 0)).toBe(true);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(900);
  expect(functionShapes.sweep.reserve).toBe(1);
});

test('no function ends before what the lifecycle waits for', () => {
  const text = JSON.stringify(dns.only('AWS::StepFunctions::StateMachine').DefinitionString);
  const limits = [...text.matchAll(/TimeoutSeconds\\*": *(\d+)/g)].map(([, seconds]) =>
    Number(seconds),
  );
  expect(limits).toContain(functionShapes.lifecycle.seconds);
  expect(functionShapes['close-stage'].seconds).toBeLessThan(120);
});
