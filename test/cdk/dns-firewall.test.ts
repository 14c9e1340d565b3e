import { describe, expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

describe.each(['dns', 'proxied'] as const)('in tier %s', (tier) => {
  const made = synthesized({ tier });
  const lists = new Map(made.of('AWS::Route53Resolver::FirewallDomainList'));
  const { FirewallRules: rules } = made.only('AWS::Route53Resolver::FirewallRuleGroup');
  const domainsOf = (rule: { FirewallDomainListId: { 'Fn::GetAtt': [string] } }) =>
    lists.get(rule.FirewallDomainListId['Fn::GetAtt'][0])?.Properties.Domains as unknown[];

  test('listed names are answered, all others do not exist', () => {
    expect(rules).toHaveLength(2);
    const [allowed, others] = rules;
    expect(allowed).toMatchObject({ Action: 'ALLOW', Priority: 100 });
    expect(others).toMatchObject({ Action: 'BLOCK', BlockResponse: 'NXDOMAIN', Priority: 200 });
    expect(domainsOf(others)).toEqual(['*']);
  });

  test('the list is the gateway, the platform and what the operator named', () => {
    const domains = domainsOf(rules[0]);
    const [gateway, ...rest] = domains;
    expect(JSON.stringify(gateway)).toContain('FunctionUrl');
    expect(rest).toEqual([
      'logs.eu-west-1.amazonaws.com',
      'api.ecr.eu-west-1.amazonaws.com',
      '111122223333.dkr.ecr.eu-west-1.amazonaws.com',
      'prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com',
      'packages.example.org',
    ]);
    expect(JSON.stringify(domains)).not.toContain('*');
  });

  test('it stands before the one network there is', () => {
    const [[vpc] = ['']] = made.of('AWS::EC2::VPC');
    expect(made.only('AWS::Route53Resolver::FirewallRuleGroupAssociation').VpcId).toEqual({
      Ref: vpc,
    });
  });

  test('nothing lets it fail open', () => {
    expect(JSON.stringify(made.resources)).not.toContain('FailOpen');
  });
});
