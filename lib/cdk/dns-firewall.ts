import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnFirewallDomainList,
  CfnFirewallRuleGroup,
  CfnFirewallRuleGroupAssociation,
} from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';

/** Whose look-ups are answered, and for which names. */
export interface DnsFirewallProps {
  readonly vpc: IVpc;
  /** Exact hosts; `*.` before a name takes in all below it. */
  readonly allow: readonly string[];
}

/**
 * The network's resolver answers for listed names and says of all others that there is no such name. It fails
 * closed: that is the default, and a template can't change it
 * (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-vpc-configuration.html).
 */
export class DnsFirewall extends Construct {
  constructor(scope: Construct, id: string, { vpc, allow }: DnsFirewallProps) {
    super(scope, id);
    const allowed = new CfnFirewallDomainList(this, 'Allowed', { domains: [...allow] });
    const others = new CfnFirewallDomainList(this, 'Others', { domains: ['*'] });
    const rules = new CfnFirewallRuleGroup(this, 'Rules', {
      firewallRules: [
        {
          priority: 100,
          action: 'ALLOW',
          firewallDomainListId: allowed.attrId,
          // A listed host may be an alias of one that is not.
          firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
        },
        {
          priority: 200,
          action: 'BLOCK',
          blockResponse: 'NXDOMAIN',
          firewallDomainListId: others.attrId,
        },
      ],
    });
    new CfnFirewallRuleGroupAssociation(this, 'Association', {
      firewallRuleGroupId: rules.attrId,
      vpcId: vpc.vpcId,
      priority: 101,
    });
  }
}
