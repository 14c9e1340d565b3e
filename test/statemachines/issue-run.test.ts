import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { functionShapes } from '../../lib/cdk/entry.ts';
import { clockSkewMs } from '../../lib/domain/claim.ts';
import { errorNamed } from '../../lib/domain/errors.ts';
import { substitutions } from '../../lib/local/runner/lifecycle-resources.ts';
import { loadDefinition } from '../../lib/local/walker/definition.ts';
import { fillTemplate } from '../../lib/local/walker/template.ts';
import { heldMs } from '../../lib/services/hold-lease.ts';

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Retry?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly MaxAttempts: number;
    readonly IntervalSeconds?: number;
    readonly BackoffRate?: number;
  }[];
  readonly Branches?: readonly Machine[];
  readonly TimeoutSeconds?: number;
  readonly Resource?: string;
  readonly Parameters?: {
    readonly FunctionName?: string;
    readonly Payload?: { readonly step?: string };
    readonly [name: string]: unknown;
  };
}
interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const text = readFileSync(
  new URL('../../statemachines/issue-run.asl.json', import.meta.url),
  'utf8',
);
const machine = JSON.parse(text) as Machine;
const machines = [
  machine,
  ...Object.values(machine.States).flatMap((state) => state.Branches ?? []),
];
const all = machines.flatMap((each) => Object.entries(each.States));
const tasks = all.filter(([, state]) => state.Type === 'Task');
const nextOf = (state: State) => [
  ...[state.Next, state.Default].filter((name) => name !== undefined),
  ...(state.Choices ?? []).map((choice) => choice.Next),
  ...(state.Catch ?? []).map((rule) => rule.Next),
];

/** Error names of the services that the definition calls. */
const services = new Set([
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'ECS.AmazonECSException',
  'Ecs.EcsException',
  'Ecs.LimitExceededException',
  'Ecs.UpdateInProgressException',
  'ECS.InvalidParameterException',
  'AmazonECS.Unknown',
  'States.ALL',
]);
const isDomainError = (name: string) => errorNamed(name, '').name === name;

describe('the lifecycle', () => {
  test('loads in the embedded walker, every placeholder filled', () => {
    expect(loadDefinition(text, substitutions).digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each(tasks)('%s has a time limit and retries', (_name, state) => {
    expect(state.TimeoutSeconds).toBeGreaterThan(0);
    expect(state.Retry?.length).toBeGreaterThan(0);
    for (const rule of state.Retry ?? []) expect(rule.MaxAttempts).toBeLessThanOrEqual(5);
  });

  test('names only errors of the domain or of the services it calls', () => {
    const names = all.flatMap(([, state]) =>
      [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap((rule) => rule.ErrorEquals),
    );
    expect(names.filter((name) => !services.has(name) && !isDomainError(name))).toEqual([]);
  });

  test('catches everything on every state that can fail, so that each run settles', () => {
    const settling = new Set(['Settle', 'SettleQuietly']);
    const uncaught = Object.entries(machine.States)
      .filter(([name, state]) => /Task|Parallel|Map/.test(state.Type) && !settling.has(name))
      .filter(
        ([, state]) =>
          !state.Catch?.some(
            (rule) => rule.ErrorEquals.includes('States.ALL') && rule.Next === 'Settle',
          ),
      );
    expect(uncaught).toEqual([]);
  });

  test('ends through Settle only', () => {
    const before = Object.entries(machine.States).filter(([, state]) =>
      nextOf(state).includes('Ended'),
    );
    expect(before.map(([name]) => name)).toEqual(['Settle', 'SettleQuietly']);
    expect(Object.values(machine.States).some((state) => state.End === true)).toBe(false);
  });

  test('reaches every state, and names none that is not there', () => {
    for (const { StartAt, States } of machines) {
      const reached = new Set([StartAt]);
      for (const name of reached)
        for (const next of nextOf(States[name] as State)) reached.add(next);
      expect([...reached].sort()).toEqual(Object.keys(States).sort());
    }
  });

  test('runs each stage as open, run, close, judged by what is closed', () => {
    const stages = all.filter(([, state]) => state.Type === 'Parallel');
    expect(stages.map(([name]) => name)).toEqual(['ReadIssue', 'WriteCode', 'Verify', 'Review']);
    for (const [, state] of stages) {
      const names = Object.keys(state.Branches?.[0]?.States ?? {});
      expect(names.map((name) => name.replace(/[A-Z][a-z]+$/, ''))).toEqual([
        'Open',
        'Run',
        'Close',
      ]);
      expect(state.Retry?.map((rule) => rule.ErrorEquals)).toEqual([['StageLost']]);
    }
  });

  test('waits with a stage for its way out, for as long as the sweep may take to make it again', () => {
    const opening = tasks.filter(([, { Parameters }]) => Parameters?.Payload?.step === 'OpenStage');
    expect(opening).toHaveLength(4);
    for (const [, { Retry = [] }] of opening) {
      const rule = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('EgressUnavailable'));
      // The sweep comes every five minutes, and what it makes takes a minute or two.
      const waited = (rule?.IntervalSeconds ?? 0) * (rule?.MaxAttempts ?? 0);
      expect([rule?.BackoffRate, waited]).toEqual([1, 600]);
    }
  });

  test('comes again to a function whose storage failed, which may be throttled', () => {
    const calls = tasks.filter(([, { Resource }]) => Resource?.includes('lambda:invoke'));
    expect(calls.length).toBeGreaterThan(12);
    const patient = calls.filter(([, { Retry = [] }]) =>
      Retry.some((rule) => rule.ErrorEquals.includes('StorageFailed') && rule.MaxAttempts === 5),
    );
    expect(patient).toEqual(calls);
  });

  test('comes again to a step for longer than an earlier call of it can still be at the run', () => {
    const steps = tasks.filter(
      ([, { Resource, Parameters }]) =>
        Resource?.includes('lambda:invoke') && Parameters?.Payload?.step !== 'CloseStage',
    );
    expect(steps).toHaveLength(11);
    for (const [, { Retry = [], TimeoutSeconds = 0 }] of steps) {
      const [rule] = Retry.filter(({ ErrorEquals }) => ErrorEquals.includes('RunHeld'));
      expect(rule?.ErrorEquals).toEqual(['RunHeld']);
      const { IntervalSeconds = 0, BackoffRate = 1, MaxAttempts = 0 } = rule ?? {};
      const waits = Array.from(
        { length: MaxAttempts },
        (_, n) => IntervalSeconds * BackoffRate ** n,
      );
      const waited = waits.reduce((sum, wait) => sum + wait, 0);
      // The state that comes after one whose call was given up, at the earliest when that had no more time.
      const shortest = Math.min(TimeoutSeconds, 300);
      const atMost = functionShapes.lifecycle.seconds + (heldMs + clockSkewMs) / 1000;
      expect(shortest + waited).toBeGreaterThan(atMost);
    }
  });

  test('tells a function which of its steps is meant', () => {
    const calls = tasks.flatMap(([, { Resource, Parameters }]) =>
      Resource === 'arn:aws:states:::lambda:invoke' ? [Parameters] : [],
    );
    expect(calls.length).toBeGreaterThan(12);
    for (const call of calls) expect(call?.FunctionName).toBe(`\${${call?.Payload?.step}}`);
  });

  test('runs a sandbox twice on the chosen capacity, then on demand, under the name of its run', () => {
    const sandboxes = tasks.filter(([, { Resource }]) => Resource?.includes('runTask'));
    expect(sandboxes).toHaveLength(4);
    for (const [, { Parameters = {} }] of sandboxes) {
      const filled = (attempt: number) =>
        fillTemplate(Parameters, {
          data: { opened: { attempt, environment: [] } },
          context: { Execution: { Name: 'r-1' } },
        }) as Record<string, unknown>;
      const capacity = [1, 2, 3, 8].map(
        (attempt) =>
          (filled(attempt).CapacityProviderStrategy as { CapacityProvider: string }[])[0]
            ?.CapacityProvider,
      );
      const chosen = `\${${'Capacity'}}`;
      expect(capacity).toEqual([chosen, chosen, 'FARGATE', 'FARGATE']);
      expect(filled(1)).toMatchObject({ Group: 'r-1', EnableExecuteCommand: false });
    }
  });

  test('carries nothing that Step Functions alone could fill the same twice', () => {
    expect(text).not.toMatch(/States\.UUID|MathRandom|StartTime|"Wait"|JSONata|HeartbeatSeconds/);
  });
});
