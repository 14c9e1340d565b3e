import { describe, expect, test } from '@jest/globals';
import { idleLines } from '../../../lib/cdk/cost/idle.ts';
import { prices } from '../../../lib/cdk/cost/prices.ts';
import { sum } from '../../../lib/cdk/cost/template.ts';
import { templates, withResource } from './templates.ts';

test.each([
  ['dns', 2.2],
  ['proxied', 2.5],
] as const)('an idle month in tier %s costs at most $%p', (tier, most) => {
  expect(sum(idleLines(templates[tier], prices))).toBeLessThanOrEqual(most);
});

const idle = sum(idleLines(templates.dns, prices));
const more = (type: string, properties?: Record<string, unknown>) =>
  sum(idleLines(withResource(type, properties), prices)) - idle;

describe('what is added is seen', () => {
  test.each([
    ['AWS::KMS::Key', {}, 1],
    ['AWS::EC2::NatGateway', {}, 32.85],
    ['AWS::EC2::EIP', {}, 3.65],
    ['AWS::SecretsManager::Secret', {}, 0.4],
    ['AWS::CloudWatch::Alarm', {}, 0.1],
    ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] }, 14.6],
    ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, 0],
    ['AWS::S3::Bucket', {}, 0],
  ])('%s %p: $%p', (type, properties, dollars) => {
    expect(more(type, properties)).toBeCloseTo(dollars, 6);
  });

  test('and what has no price is refused', () => {
    expect(() => more('AWS::RDS::DBInstance')).toThrow(
      'no price is known for AWS::RDS::DBInstance',
    );
  });
});

test('a faster clock costs more', () => {
  const faster = JSON.parse(
    JSON.stringify(templates.dns).replaceAll('rate(5 minutes)', 'rate(1 minute)'),
  );
  const clock = (lines: ReturnType<typeof idleLines>) =>
    lines.find(({ what }) => what === 'Calls by the clock')?.dollars ?? 0;
  expect(clock(idleLines(faster, prices)) / clock(idleLines(templates.dns, prices))).toBeCloseTo(5);
});
