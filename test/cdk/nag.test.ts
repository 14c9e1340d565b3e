import { describe, expect, test } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { stackOf } from './synthesized.ts';

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** All that the rules find, whether it was acknowledged or not. */
function findings(scope: IConstruct): Finding[] {
  const pack = new AwsSolutionsChecks(scope);
  Object.assign(pack, { isAcknowledged: () => false });
  return pack
    .validateScope(scope)
    .violations.flatMap(({ ruleName: rule, violatingResources }) =>
      violatingResources.map(({ constructPath: path = '' }) => ({ rule, path })),
    );
}

/** All that was acknowledged, where and why. */
function acknowledgements(scope: IConstruct): (Finding & { readonly reason: string })[] {
  return scope.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data as Record<string, string>)
          .map(([rule, reason]) => ({
            rule: rule.replace(/^annotation::/i, ''),
            path: construct.node.path,
            reason,
          }))
          .filter(({ rule }) => rule.startsWith('AwsSolutions-')),
      ),
  );
}

const covers = (one: Finding, other: Finding) =>
  one.rule === other.rule && `${other.path}/`.startsWith(`${one.path}/`);

const atBedrock = JSON.stringify({
  model: { provider: 'bedrock', model: 'eu.anthropic.claude-a' },
  roleModels: { reviewer: { provider: 'bedrock', model: 'global.anthropic.claude-b' } },
});

describe.each([
  ['dns', {}],
  ['proxied', {}],
  ['dns', { runSettings: atBedrock }],
] as const)('tier %s, %j', (tier, more) => {
  const stack = stackOf({ tier, ...more });
  const found = findings(stack);
  const accepted = acknowledgements(stack);

  test('rules look at what there is', () => {
    expect(found.length).toBeGreaterThan(5);
  });

  test('there is no finding that was not accepted', () => {
    expect(found.filter((each) => !accepted.some((one) => covers(one, each)))).toEqual([]);
  });

  test('nothing is accepted that is not found', () => {
    expect(accepted.filter((one) => !found.some((each) => covers(one, each)))).toEqual([]);
  });

  test('each has a reason', () => {
    for (const { reason } of accepted) expect(reason.length).toBeGreaterThan(30);
  });

  test('no managed policy of AWS, and few wildcards', () => {
    expect(found.filter(({ rule }) => rule.startsWith('AwsSolutions-IAM4'))).toEqual([]);
    const wildcards = found.filter(({ rule }) => rule.startsWith('AwsSolutions-IAM5'));
    // One more where endpoints are made: they have names only after that, and are held by their tag.
    expect(wildcards.length).toBeLessThanOrEqual(tier === 'proxied' ? 7 : 6);
    expect(wildcards.filter(({ rule }) => rule.includes('Action::'))).toEqual([]);
  });
});
