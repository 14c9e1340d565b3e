import { Fn, Stack, type StackProps, Tags, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { bedrockModels } from './bedrock-models.ts';
import { BudgetAlarm } from './budget-alarm.ts';
import { type Deployment, deploymentTag } from './deployment.ts';
import { DnsNetwork } from './dns-network.ts';
import { Failures } from './failures.ts';
import { tellFunctions } from './function-environment.ts';
import { Functions } from './functions.ts';
import { grantAll } from './grants.ts';
import type { SandboxNetwork } from './network.ts';
import { Operators } from './operators.ts';
import { Outlet, type OutletProps } from './outlet.ts';
import { tellOutputs } from './outputs.ts';
import { parameterNames } from './parameters.ts';
import { ProxiedNetwork } from './proxied-network.ts';
import { hostsOfPlatform, type SandboxImage } from './sandbox-image.ts';
import { Sandboxes } from './sandboxes.ts';
import { Schedules } from './schedules.ts';
import { Lifecycle } from './state-machine.ts';
import { Stores } from './stores.ts';
import { Streams } from './streams.ts';
import { WebhookApi } from './webhook-api.ts';

/** A stack's own settings with what is decided about the deployment. */
export interface EntropyStackProps extends StackProps {
  readonly deployment: Deployment;
}

/** The whole system in one account. Idle it costs two keys; all else is paid by use. */
export class EntropyStack extends Stack {
  constructor(scope: Construct, id: string, props: EntropyStackProps) {
    const { deployment, ...rest } = props;
    super(scope, id, { terminationProtection: deployment.keepData, ...rest });
    const tag = { key: deploymentTag, value: deployment.name };
    Tags.of(this).add(tag.key, tag.value);
    const { email, reserved, code, spot, minutes, monthlyDollars, architecture } = deployment;
    const { alarms, queue: failures } = new Failures(this, 'Failures', { email });
    const stores = new Stores(this, 'Stores', deployment);
    const functions = new Functions(this, 'Functions', { code, alarms, reserved });
    const image = deployment.image(this);
    const gateway = deployment.gatewayUrl ?? functions.gatewayUrl;
    const network = this.#network(deployment, stores, [hostOf(gateway)], image);
    const sandboxes = new Sandboxes(this, 'Sandboxes', {
      ...{ deployment: deployment.name, image, architecture, gateway },
      ...(deployment.sizes ? { sizes: deployment.sizes } : {}),
    });
    const { machine: stateMachine } = new Lifecycle(this, 'Lifecycle', {
      ...{ sandboxes, network, spot, tag, tracing: functions.tracing },
      lifecycle: functions.of('lifecycle'),
      closeStage: functions.of('close-stage'),
    });
    const parameters = parameterNames(deployment.name);
    const bedrock = bedrockModels(deployment.runSettings);
    const { cluster } = sandboxes;
    const parts = { ...stores, functions, failures, parameters, stateMachine, cluster, bedrock };
    grantAll(this, parts);
    const operators = new Operators(this, 'Operators', deployment.name, parts);
    tellFunctions(parts, deployment);
    const reached = [hostOf(gateway), ...deployment.allow];
    const outlet = outletOf(this, deployment, reached, { network, image, sandboxes, functions });
    const dispatch = functions.of('dispatch');
    const sweep = functions.of('sweep');
    const ledgerWriter = functions.of('ledger-writer');
    new Streams(this, 'Streams', { table: stores.table, dispatch, ledgerWriter, failures });
    new Schedules(this, 'Schedules', { sweep, dispatch, minutes, stateMachine, failures });
    const budget = deployment.budgetByTag ? { monthlyDollars, tag } : { monthlyDollars };
    new BudgetAlarm(this, 'Budget', { ...budget, alarms });
    const webhook = new WebhookApi(this, 'WebhookApi', {
      webhook: functions.of('webhook').function,
    });
    tellOutputs(this, {
      ...parts,
      ...{ deployment, operators, logs: stores.logs },
      webhookUrl: webhook.url,
      gatewayUrl: gateway,
      sandboxes,
      network,
      ...outlet,
    });
  }

  /** The region's first two zones, whichever they are: to ask for their names would take an account. */
  override get availabilityZones(): string[] {
    return [0, 1].map((place) => Fn.select(place, Fn.getAzs()));
  }

  #network(
    { tier, allow }: Deployment,
    { logs }: Stores,
    gateway: readonly string[],
    image: SandboxImage,
  ): SandboxNetwork {
    const props = {
      allow: [...gateway, ...hostsOfPlatform(this, image), ...allow],
      logs: logs.bucket,
    };
    return tier === 'proxied'
      ? new ProxiedNetwork(this, 'Network', props)
      : new DnsNetwork(this, 'Network', props);
  }
}

/** What makes endpoints and proxy, in tier `proxied`. */
function outletOf(
  scope: Construct,
  { name, architecture, proxyHours: hours }: Deployment,
  allow: readonly string[],
  made: Pick<OutletProps, 'image' | 'functions'> & {
    readonly network: SandboxNetwork;
    readonly sandboxes: Sandboxes;
  },
): { readonly outlet?: Outlet } {
  const { network, image, functions, sandboxes } = made;
  if (!(network instanceof ProxiedNetwork)) return {};
  const { executionRole } = sandboxes;
  const props = { network, image, architecture, executionRole, functions, allow, hours };
  return { outlet: new Outlet(scope, 'Outlet', { deployment: name, ...props }) };
}

/** The host of a URL, also of one that is known only once it is deployed. */
function hostOf(url: string): string {
  return Token.isUnresolved(url) ? Fn.select(2, Fn.split('/', url)) : new URL(url).hostname;
}
