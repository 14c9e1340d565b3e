import { describe, expect, test } from '@jest/globals';
import { CliCredentialsStackSynthesizer } from 'aws-cdk-lib';
import { emulatorSynthesizer, fitToEmulator, refusedTypes } from '../../lib/cdk/emulator-limits.ts';
import { readBack, stackOf, synthesized } from './synthesized.ts';

const whole = synthesized({ tier: 'proxied' });
const stack = stackOf({ tier: 'proxied' });
fitToEmulator(stack);
const fitted = readBack(stack);

test('what an emulator refuses is left out, and nothing else', () => {
  const left = Object.keys(whole.resources).filter((id) => fitted.resources[id] === undefined);
  const types = new Set(left.map((id) => whole.resources[id]?.Type));
  expect([...types].sort()).toEqual([...refusedTypes].sort());
  for (const type of refusedTypes) expect(fitted.of(type)).toEqual([]);
});

test('what stays refers to nothing that went', () => {
  const text = JSON.stringify(fitted.resources);
  for (const id of Object.keys(whole.resources)) {
    if (fitted.resources[id] === undefined) expect(text).not.toContain(`"${id}"`);
  }
});

describe('policies', () => {
  const policies = (made: typeof whole) =>
    JSON.stringify(
      ['AWS::IAM::Policy', 'AWS::KMS::Key', 'AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy'].map(
        made.of,
      ),
    );

  test('take sessions of the roles that they name', () => {
    expect(policies(whole)).not.toContain(':assumed-role/');
    expect(policies(fitted)).toContain(':assumed-role/${FunctionslifecycleRole');
  });

  test('ask for nothing that an emulator knows no value for', () => {
    expect(policies(whole)).toContain('ecs:cluster');
    expect(policies(fitted)).not.toContain('ecs:cluster');
    expect(policies(whole)).toContain('aws:SecureTransport');
    expect(policies(fitted)).not.toContain('aws:SecureTransport');
  });

  test('deny what they denied besides', () => {
    for (const sid of ['OnlyWritersWrite', 'WrittenOnce', 'NothingGoes', 'RulesStay']) {
      expect(policies(fitted)).toContain(sid);
    }
  });
});

test('it is deployed by its caller', () => {
  expect(emulatorSynthesizer()).toBeInstanceOf(CliCredentialsStackSynthesizer);
});
