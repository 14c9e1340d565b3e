import { expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

test('sweep and dispatch are called by the clock', () => {
  const { of } = synthesized({ minutes: { sweep: 1, dispatch: 10 } });
  const rates = of('AWS::Scheduler::Schedule').map(([, { Properties }]) => [
    Properties.ScheduleExpression,
    Properties.Target.Arn['Fn::GetAtt'][0].replace(/^Functions|Function\w*$/g, ''),
  ]);
  expect(rates).toEqual([
    ['rate(1 minute)', 'sweep'],
    ['rate(10 minutes)', 'dispatch'],
  ]);
});

test('a walk that ended otherwise than by its steps is swept at once', () => {
  const { EventPattern, Targets } = synthesized().only('AWS::Events::Rule');
  expect(EventPattern.detail).toMatchObject({
    stateMachineArn: [{ 'Fn::GetAtt': [expect.stringMatching(/^LifecycleMachine/), 'Arn'] }],
    status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
  });
  expect(JSON.stringify(Targets[0].Arn)).toContain('Functionssweep');
});
