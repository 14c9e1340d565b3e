import type { Resource, Synthesized } from './synthesized.ts';

/** A statement of a policy that allows something. */
export interface Allowed {
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Allowed['conditions'];
}

const refOf = (value: unknown): string => {
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return ref ?? attribute?.[0] ?? '';
};

/** All that a role is allowed, by its own policies and by those that are shared. */
export function allowedTo(role: string, { of, resources }: Synthesized): Allowed[] {
  const attached = (resources[role]?.Properties.ManagedPolicyArns ?? []) as unknown[];
  const managed = of('AWS::IAM::ManagedPolicy').filter(
    ([id, policy]) => attached.some((arn) => refOf(arn) === id) || hasRole(policy, role),
  );
  const own = of('AWS::IAM::Policy').filter(([, policy]) => hasRole(policy, role));
  return [...own, ...managed].flatMap(([, { Properties }]) =>
    (Properties.PolicyDocument.Statement as Statement[])
      .filter(({ Effect }) => Effect === 'Allow')
      .map(({ Action, Resource, Condition = {} }) => ({
        actions: [Action].flat(),
        resources: [Resource].flat(),
        conditions: Condition,
      })),
  );
}

function hasRole({ Properties }: Resource, role: string): boolean {
  return ((Properties.Roles ?? []) as unknown[]).some((each) => refOf(each) === role);
}

/** Logical id of the role of a function, by the function's name. */
export function roleOf(name: string, { of }: Synthesized): string {
  const start = `Functions${name.replaceAll('-', '')}Role`;
  const found = of('AWS::IAM::Role').filter(([id]) => id.startsWith(start));
  if (found.length !== 1) throw new Error(`${found.length} roles of ${name}`);
  return found[0]?.[0] ?? '';
}
