import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { definitionDigest } from '../../lib/cdk/state-machine.ts';
import { steps } from '../../lib/services/lifecycle/steps.ts';
import { allowedTo } from './policies.ts';
import { synthesized } from './synthesized.ts';

const text = readFileSync(
  new URL('../../statemachines/issue-run.asl.json', import.meta.url),
  'utf8',
);
const dns = synthesized();
const machine = dns.only('AWS::StepFunctions::StateMachine');
const functionOf = (step: string) =>
  machine.DefinitionSubstitutions[step]['Fn::GetAtt'][0].replace(/^Functions|Function\w*$/g, '');

test('it is the definition that is walked embedded, every placeholder filled', () => {
  expect(machine.DefinitionString).toBe(text);
  const placeholders = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  expect(Object.keys(machine.DefinitionSubstitutions).sort()).toEqual([...placeholders].sort());
  expect(definitionDigest).toBe(createHash('sha256').update(text).digest('hex'));
});

test('every step is carried out by the publisher but the one that judges a stage', () => {
  const byFunction = Object.keys(steps).map((step) => [step, functionOf(step)]);
  expect(Object.fromEntries(byFunction)).toEqual({
    ...Object.fromEntries(Object.keys(steps).map((step) => [step, 'lifecycle'])),
    CloseStage: 'closestage',
  });
});

test('all is logged but contents, and traced', () => {
  expect(machine).toMatchObject({
    StateMachineType: 'STANDARD',
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    TracingConfiguration: { Enabled: true },
  });
});

test.each([
  [false, 'FARGATE'],
  [true, 'FARGATE_SPOT'],
])('with spot %s sandboxes run on %s first', (spot, capacity) => {
  const { DefinitionSubstitutions } = synthesized({ spot }).only(
    'AWS::StepFunctions::StateMachine',
  );
  expect(DefinitionSubstitutions.Capacity).toBe(capacity);
});

describe('what walks runs', () => {
  const [[role = ''] = []] = dns
    .of('AWS::IAM::Role')
    .filter(([id]) => id.startsWith('LifecycleRole'));
  const allowed = allowedTo(role, dns);
  const statementFor = (action: string) => allowed.find(({ actions }) => actions.includes(action));

  test('runs tasks of this deployment in this cluster alone', () => {
    expect(statementFor('ecs:RunTask')?.conditions).toEqual({
      ArnEquals: {
        'ecs:cluster': { 'Fn::GetAtt': [expect.stringMatching(/^SandboxesCluster/), 'Arn'] },
      },
      StringEquals: { 'aws:ResourceTag/entropy': 'entropy' },
    });
    for (const [, { Properties }] of dns.of('AWS::ECS::TaskDefinition')) {
      expect(Properties.Tags).toEqual([{ Key: 'entropy', Value: 'entropy' }]);
    }
    for (const action of ['ecs:StopTask', 'ecs:DescribeTasks']) {
      expect(statementFor(action)?.conditions.ArnEquals).toHaveProperty('ecs:cluster');
    }
  });

  test('hands on no role but the one that pulls images, to ECS alone', () => {
    expect(statementFor('iam:PassRole')?.conditions).toEqual({
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    });
  });

  test('calls the two functions that have steps', () => {
    const called = JSON.stringify(statementFor('lambda:InvokeFunction')?.resources);
    expect(called.match(/Functions\w+?Function/g)).toEqual([
      'FunctionsclosestageFunction',
      'FunctionslifecycleFunction',
    ]);
  });
});
