import { describe, expect, test } from '@jest/globals';
import { environmentNames as names } from '../../lib/aws/environment-names.ts';
import { functionNames } from '../../lib/cdk/entry.ts';
import { allowedTo, roleOf } from './policies.ts';
import { synthesized } from './synthesized.ts';

const dns = synthesized();
const proxied = synthesized({ tier: 'proxied', proxyHours: 40, allow: ['packages.example.org'] });
const variable = (made: typeof dns, name: string, key: string) =>
  made.of('AWS::Lambda::Function').find(([id]) => id.startsWith(`Functions${name}`))?.[1].Properties
    .Environment?.Variables?.[key];

describe('endpoints and proxy of tier proxied', () => {
  test('are made by those who start runs and look after them, and by nobody else', () => {
    const makers = (made: typeof dns) =>
      functionNames.filter((name) =>
        allowedTo(roleOf(name, made), made).some(({ actions }) =>
          actions.some((action) => /^ec2:|^ecs:RunTask|^iam:PassRole/.test(action)),
        ),
      );
    expect(makers(dns)).toEqual([]);
    expect(makers(proxied)).toEqual(['dispatch', 'sweep']);
  });

  test('are held by tag and cluster: nothing of others can be made, changed or removed', () => {
    const changing = allowedTo(roleOf('dispatch', proxied), proxied).filter(({ actions }) =>
      actions.some((action) => /^(ec2|ecs|route53):/.test(action) && !/Describe|List/.test(action)),
    );
    expect(changing.length).toBeGreaterThan(4);
    for (const { conditions } of changing) {
      const { StringEquals = {}, ArnEquals = {} } = conditions;
      const tag = StringEquals['aws:ResourceTag/entropy'] ?? StringEquals['aws:RequestTag/entropy'];
      const held =
        tag === 'entropy' ||
        StringEquals['ec2:CreateAction'] === 'CreateVpcEndpoint' ||
        JSON.stringify(StringEquals['route53:VPCs'] ?? '').includes('NetworkVpc') ||
        JSON.stringify(ArnEquals['ecs:cluster'] ?? '').includes('OutletCluster');
      expect([conditions, held]).toEqual([conditions, true]);
    }
  });

  /**
   * The keys that AWS's service authorization reference names for these actions. A key that an action does not know is in
   * no request, and its condition is never met.
   */
  const known: Readonly<Record<string, RegExp>> = {
    'ecs:TagResource': /^(aws:(RequestTag|ResourceTag)\/entropy|aws:TagKeys|ecs:CreateAction)$/,
    'route53:AssociateVPCWithHostedZone': /^route53:VPCs$/,
  };

  test.each(Object.entries(known))('%s is held by keys that it knows', (action, keys) => {
    const conditions = allowedTo(roleOf('dispatch', proxied), proxied)
      .filter(({ actions }) => actions.includes(action))
      .map((each) => Object.values(each.conditions).flatMap((each) => Object.keys(each)));
    expect(conditions.length).toBeGreaterThan(0);
    for (const names of conditions) {
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(name).toMatch(keys);
    }
  });

  test('a task is tagged as it is started, as this deployment’s, or was before', () => {
    const tagging = allowedTo(roleOf('sweep', proxied), proxied)
      .filter(({ actions }) => actions.includes('ecs:TagResource'))
      .map(({ conditions }) => conditions.StringEquals);
    expect(new Set(tagging)).toEqual(
      new Set([
        { 'ecs:CreateAction': 'RunTask', 'aws:RequestTag/entropy': 'entropy' },
        { 'aws:ResourceTag/entropy': 'entropy' },
      ]),
    );
  });

  test('stages are opened by one who knows whether they need a proxy', () => {
    expect(variable(proxied, 'lifecycle', names.egressTier)).toBe('proxied');
    expect(variable(dns, 'lifecycle', names.egressTier)).toBe('dns');
  });

  test('are known to those two alone, with the hours that they may stand', () => {
    const told = JSON.stringify(variable(proxied, 'dispatch', names.outlet));
    expect(told).toContain('\\"hours\\":40');
    expect(told).toBe(JSON.stringify(variable(proxied, 'sweep', names.outlet)));
    expect(variable(proxied, 'lifecycle', names.outlet)).toBeUndefined();
    expect(variable(dns, 'dispatch', names.outlet)).toBeUndefined();
  });

  test('the proxy lets through the gateway and what set-up needs, has no role and can write nothing', () => {
    const [[, task] = ['', undefined]] = proxied
      .of('AWS::ECS::TaskDefinition')
      .filter(([, { Properties }]) => Properties.Family === 'entropy-proxy');
    expect(task?.Properties.TaskRoleArn).toBeUndefined();
    const [container] = task?.Properties.ContainerDefinitions ?? [];
    expect(container).toMatchObject({ ReadonlyRootFilesystem: true, User: '10001:10001' });
    const allow = JSON.stringify(container.Environment);
    expect(allow).toContain('packages.example.org');
    expect(allow).toContain('GatewayFunctionUrl'.slice(0, 7).toLowerCase());
    expect(allow).not.toContain('ecr');
  });
});

test.each([
  ['dns', false, 'public'],
  ['dns', true, 'any'],
  ['proxied', false, 'any'],
] as const)(
  'in tier %s, private repositories accepted: %s, runs are on %s repositories',
  (tier, acceptPrivate, exposure) => {
    const made = synthesized({ tier, acceptPrivate });
    expect(variable(made, 'lifecycle', names.exposure)).toBe(exposure);
  },
);
