import { describe, expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

const tiers = { dns: synthesized(), proxied: synthesized({ tier: 'proxied' }) };
const machine = (tier: keyof typeof tiers) =>
  tiers[tier].only('AWS::StepFunctions::StateMachine').DefinitionSubstitutions;

describe.each(['dns', 'proxied'] as const)('tier %s', (tier) => {
  const made = tiers[tier];
  const groups = made.of('AWS::EC2::SecurityGroup');
  const sandbox = made.resources[machine(tier).SecurityGroup['Fn::GetAtt'][0]]?.Properties ?? {};

  test('nothing comes in from outside', () => {
    for (const [, { Properties }] of groups) {
      expect(Properties.SecurityGroupIngress ?? []).toEqual([]);
      expect(Properties.GroupDescription).toMatch(/nothing|HTTPS/);
    }
    for (const [, { Properties }] of made.of('AWS::EC2::SecurityGroupIngress')) {
      expect(Properties).toHaveProperty('SourceSecurityGroupId');
      expect(Properties).not.toHaveProperty('CidrIp');
    }
  });

  test('a sandbox sends HTTPS alone', () => {
    expect(sandbox.SecurityGroupEgress).toEqual([
      { CidrIp: '0.0.0.0/0', Description: 'HTTPS', FromPort: 443, IpProtocol: 'tcp', ToPort: 443 },
    ]);
  });

  test('what flows is logged', () => {
    expect(made.only('AWS::EC2::FlowLog')).toMatchObject({
      TrafficType: 'ALL',
      LogDestinationType: 's3',
    });
  });

  test('nothing in it costs while nothing runs', () => {
    for (const type of ['NatGateway', 'EIP', 'TransitGateway', 'VPNGateway']) {
      expect(made.of(`AWS::EC2::${type}`)).toEqual([]);
    }
    for (const [, { Properties }] of made.of('AWS::EC2::VPCEndpoint')) {
      expect(Properties.VpcEndpointType).toBe('Gateway');
    }
    expect(made.of('AWS::NetworkFirewall::Firewall')).toEqual([]);
  });

  test('a sandbox stands in one of two zones', () => {
    const { SubnetA, SubnetB } = machine(tier);
    expect(SubnetA).not.toEqual(SubnetB);
  });
});

/** Whether a subnet's routes lead to the internet. */
function leadsOut(tier: keyof typeof tiers, subnet: string): boolean {
  const { of } = tiers[tier];
  const tables = of('AWS::EC2::SubnetRouteTableAssociation')
    .filter(([, each]) => each.Properties.SubnetId.Ref === subnet)
    .map(([, each]) => each.Properties.RouteTableId.Ref);
  return of('AWS::EC2::Route').some(([, each]) =>
    tables.includes(each.Properties.RouteTableId.Ref),
  );
}

test('in tier dns a sandbox has an address of its own and a way out', () => {
  const { SubnetA, AssignPublicIp } = machine('dns');
  expect(AssignPublicIp).toBe('ENABLED');
  expect(leadsOut('dns', SubnetA.Ref)).toBe(true);
});

describe('in tier proxied', () => {
  const { of, outputs } = tiers.proxied;

  test('a sandbox has neither', () => {
    const { SubnetA, SubnetB, AssignPublicIp } = machine('proxied');
    expect(AssignPublicIp).toBe('DISABLED');
    for (const { Ref } of [SubnetA, SubnetB]) expect(leadsOut('proxied', Ref)).toBe(false);
  });

  test('image layers come from ECR’s own bucket and no other', () => {
    const [[, endpoint] = ['', undefined]] = of('AWS::EC2::VPCEndpoint');
    expect(of('AWS::EC2::VPCEndpoint')).toHaveLength(1);
    const { Statement } = endpoint?.Properties.PolicyDocument ?? {};
    expect(Statement).toHaveLength(1);
    expect(Statement[0]).toMatchObject({ Effect: 'Allow', Action: 's3:GetObject' });
    expect(JSON.stringify(Statement[0].Resource)).toContain('starport-layer-bucket/*');
  });

  test('what is made while runs do is told where it belongs', () => {
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        'VpcId',
        'ProxyCluster',
        'ProxySubnets',
        'ProxySecurityGroup',
        'EndpointSecurityGroup',
      ]),
    );
  });

  test('sandboxes alone reach the proxy; they and the proxy’s task reach the endpoints, whose names hold for both', () => {
    const nameOf = (id: unknown) => String(id).replace(/^Network|[0-9A-F]{8}$/g, '');
    const ways = of('AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => {
      const [from, to] = [Properties.SourceSecurityGroupId, Properties.GroupId];
      return `${nameOf(from['Fn::GetAtt'][0])} to ${nameOf(to['Fn::GetAtt'][0])} on ${Properties.ToPort}`;
    });
    expect(ways.sort()).toEqual([
      'ProxyGroup to EndpointGroup on 443',
      'Sandbox to EndpointGroup on 443',
      'Sandbox to ProxyGroup on 3128',
    ]);
  });

  test('the proxy has image layers by its own way out, and may look up all that its task needs', () => {
    const [[, endpoint] = ['', undefined]] = of('AWS::EC2::VPCEndpoint');
    const isolated = JSON.stringify(endpoint?.Properties.RouteTableIds);
    expect(isolated).toContain('Isolated');
    expect(isolated).not.toContain('Proxy');
    const group = of('AWS::EC2::SecurityGroup').find(([id]) => id.includes('ProxyGroup'));
    expect(group?.[1].Properties.SecurityGroupEgress).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
    ]);
  });
});
