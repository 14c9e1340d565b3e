import type { CpuArchitecture } from '../sandbox-image.ts';
import type { Prices } from './prices.ts';
import type { Line } from './template.ts';
import { proxy, workload } from './workload.ts';

/** Hours that one issue keeps endpoints and proxy for, were it alone; an hour that was begun is paid. */
function hoursAlone(): number {
  const minutes = Object.values(workload.minutes).reduce((all, each) => all + each, 0);
  return Math.ceil((minutes + proxy.lingerMinutes) / 60);
}

/**
 * Hours of a month in which endpoints and proxy stand: issues come at random, and those at the same time
 * share them. Few issues pay for an hour each; many keep them up all month.
 */
function proxyHours(issues: number, { month }: Prices): number {
  return month.hours * (1 - Math.exp((-issues * hoursAlone()) / month.hours));
}

/** What tier `proxied` costs an issue beside, at so many issues a month. */
export function proxyLine(issues: number, prices: Prices, architecture: CpuArchitecture): Line {
  const { network, fargate } = prices;
  const { vcpuHour, gbHour } = fargate[architecture];
  const task = (proxy.task.cpu * vcpuHour + proxy.task.memory * gbHour) / 1024;
  const hours = proxyHours(issues, prices);
  const hour = proxy.endpoints * network.endpointHour + network.ipv4Hour + task;
  return {
    what: 'Endpoints and proxy',
    how: `${Math.round(hours)} h a month for ${issues} issues, ${proxy.endpoints} endpoints`,
    dollars: (hours * hour) / issues,
  };
}
