import { readFileSync } from 'node:fs';
import { functionNames } from '../entry.ts';
import { sandboxRoles } from '../sandbox-roles.ts';
import type { Prices } from './prices.ts';
import { type CostTemplate, type Line, memoryOf, resourcesOf } from './template.ts';
import { workload } from './workload.ts';

/** What runs sandboxes: paid at the list price, or Spot. */
export type Capacity = 'on demand' | 'spot';

const hoursOf = (minutes: number) => (minutes * 60 + workload.pullSeconds) / 3600;
/** Hours of containers of one issue, all roles together. */
const sandboxHours = Object.values(workload.minutes).reduce((all, each) => all + hoursOf(each), 0);

/** What one typical issue costs in infrastructure, line by line; tokens come beside. */
export function issueLines(template: CostTemplate, prices: Prices, capacity: Capacity): Line[] {
  return [
    ...sandboxLines(template, prices, capacity),
    addressLine(template, prices),
    gatewayLine(template, prices),
    functionsLine(template, prices),
    transitionsLine(prices),
    ...storeLines(prices),
    ...restLines(prices),
  ];
}

function sandboxLines(template: CostTemplate, { fargate }: Prices, capacity: Capacity): Line[] {
  const part = capacity === 'spot' ? 1 - fargate.spotDiscount : 1;
  const tasks = resourcesOf(template, 'AWS::ECS::TaskDefinition');
  return sandboxRoles.map(({ role }) => {
    const found = tasks.find(([, { Family }]) => String(Family).endsWith(`-${role}`));
    if (found === undefined) throw new Error(`the template has no task for ${role}`);
    const { Cpu, Memory, RuntimePlatform } = found[1];
    const { CpuArchitecture } = RuntimePlatform as { CpuArchitecture: 'ARM64' | 'X86_64' };
    const { vcpuHour, gbHour } = fargate[CpuArchitecture];
    const [vcpu, gb] = [Number(Cpu) / 1024, Number(Memory) / 1024];
    const minutes = workload.minutes[role];
    return {
      what: `Sandbox of the ${role}`,
      how: `${minutes} min and ${workload.pullSeconds} s, ${vcpu} vCPU, ${gb} GB`,
      dollars: hoursOf(minutes) * (vcpu * vcpuHour + gb * gbHour) * part,
    };
  });
}

function addressLine(template: CostTemplate, { network }: Prices): Line {
  const [[, machine] = ['', {}]] = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  const { AssignPublicIp } = (machine.DefinitionSubstitutions ?? {}) as Record<string, unknown>;
  const hours = AssignPublicIp === 'ENABLED' ? sandboxHours : 0;
  return {
    what: 'Public addresses',
    how: `${hours.toFixed(2)} h`,
    dollars: hours * network.ipv4Hour,
  };
}

/** Minutes in which the gateway does nothing but hand on what a model says. */
function gatewayLine(template: CostTemplate, { lambda }: Prices): Line {
  const { 'issue-reader': reader, coder, reviewer } = workload.minutes;
  const waits = (reader + coder + reviewer) * 60 * workload.modelShare;
  const streamed = (workload.traffic.streamedMb / 1024) * lambda.streamedGb;
  const lambdaGbSeconds = waits * memoryOf(template, 'gateway');
  return {
    what: 'Gateway, waiting for models',
    how: `${workload.modelCalls} calls, ${Math.round(waits)} s`,
    dollars: lambdaGbSeconds * lambda.gbSecond + workload.modelCalls * lambda.request + streamed,
    uses: { lambdaGbSeconds, lambdaRequests: workload.modelCalls },
  };
}

function functionsLine(template: CostTemplate, { lambda, api }: Prices): Line {
  let lambdaGbSeconds = 0;
  let calls = 0;
  for (const name of functionNames) {
    const { count, seconds } = workload.calls[name];
    calls += count;
    lambdaGbSeconds += count * seconds * memoryOf(template, name);
  }
  return {
    what: 'Functions and API',
    how: `${calls} calls`,
    dollars:
      calls * lambda.request +
      lambdaGbSeconds * lambda.gbSecond +
      workload.calls.webhook.count * api.request,
    uses: { lambdaGbSeconds, lambdaRequests: calls },
  };
}

function transitionsLine({ states }: Prices): Line {
  const text = readFileSync(
    new URL('../../../statemachines/issue-run.asl.json', import.meta.url),
    'utf8',
  );
  const machine = JSON.parse(text) as Machine;
  const count = workload.path.reduce((total, name) => total + passed(machine, name), 0);
  return {
    what: 'State transitions',
    how: String(count),
    dollars: count * states.transition,
    uses: { transitions: count },
  };
}

interface Machine {
  readonly States: Readonly<Record<string, { readonly Branches?: readonly Machine[] }>>;
}

/** A state, and those inside it. Throws where the definition has none of that name. */
function passed({ States }: Machine, name: string): number {
  const state = States[name];
  if (state === undefined) throw new Error(`the lifecycle has no state ${name}`);
  const inside = (state.Branches ?? []).map((branch) => Object.keys(branch.States).length);
  return inside.reduce((total, count) => total + count, 1);
}

function storeLines({ dynamodb, s3 }: Prices): Line[] {
  const { table, ledger } = workload;
  const kept = (ledger.mb / 1024) * s3.gbMonth * ledger.months;
  return [
    {
      what: 'Table',
      how: `${table.writes} writes, ${table.reads} reads, ${table.mb} MB for a month`,
      dollars:
        table.writes * dynamodb.write +
        table.reads * dynamodb.read +
        (table.mb / 1024) * (dynamodb.gbMonth + dynamodb.restoreGbMonth),
      uses: { tableGb: table.mb / 1024 },
    },
    {
      what: 'Ledger',
      how: `${ledger.puts} objects, ${ledger.mb} MB for ${ledger.months} months`,
      dollars: ledger.puts * s3.put + ledger.gets * s3.get + kept,
    },
  ];
}

function restLines({ logs, network, kms, xray }: Prices): Line[] {
  const { logs: log, traffic, signatures, traces } = workload;
  return [
    {
      what: 'Logs',
      how: `${log.mb} MB, ${log.flowMb} MB of flows`,
      dollars: (log.mb / 1024) * (logs.inGb + logs.gbMonth) + (log.flowMb / 1024) * logs.toS3Gb,
      uses: { logGb: log.mb / 1024 },
    },
    {
      what: 'Traffic and names',
      how: `${traffic.outMb} MB out, ${traffic.dnsQueries} look-ups`,
      dollars: (traffic.outMb / 1024) * network.outGb + traffic.dnsQueries * network.dnsQuery,
      uses: { outGb: traffic.outMb / 1024 },
    },
    {
      what: 'Signatures and traces',
      how: `${signatures.app + signatures.ledger}, ${traces}`,
      dollars: signatures.app * kms.signRsa + signatures.ledger * kms.signEcc + traces * xray.trace,
      uses: { traces },
    },
  ];
}
