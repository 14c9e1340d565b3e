import type { Price } from '../../domain/budget.ts';
import type { EgressTier } from '../deployment.ts';
import { freeShare } from './free-use.ts';
import { idleLines } from './idle.ts';
import { type Capacity, issueLines } from './issue.ts';
import type { Prices } from './prices.ts';
import { proxyLine } from './proxied.ts';
import { type CostTemplate, type Line, sum } from './template.ts';
import { type Timing, timing } from './timing.ts';
import { tokenDollars } from './tokens.ts';
import { workload } from './workload.ts';

/** How many issues a month are counted for. */
const volumes = [10, 100, 10_000] as const;

/** One tier at one number of issues a month, in US dollars. */
interface Volume {
  readonly issues: number;
  /** Infrastructure of one issue at list prices, its share of the idle month not among it. */
  readonly issue: Readonly<Record<Capacity, number>>;
  /** The same, less what an account may use for nothing. */
  readonly afterFreeUse: Readonly<Record<Capacity, number>>;
  /** The whole month's infrastructure, after free use. */
  readonly month: Readonly<Record<Capacity, number>>;
  /** Infrastructure after free use and tokens, over those that end merged. */
  readonly mergedPullRequest: Readonly<Record<Capacity, number>>;
}

/** What a tier costs. */
export interface TierEstimate {
  readonly tier: EgressTier;
  readonly idle: readonly Line[];
  readonly idleMonth: number;
  /** Lines of one issue, without what depends on their number. */
  readonly lines: Readonly<Record<Capacity, readonly Line[]>>;
  readonly volumes: readonly Volume[];
}

/** All that is estimated. */
export interface Estimate {
  readonly tiers: readonly TierEstimate[];
  readonly tokens: number;
  readonly timing: Timing;
}

const capacities: readonly Capacity[] = ['on demand', 'spot'];
const each = <T>(make: (capacity: Capacity) => T) =>
  Object.fromEntries(capacities.map((capacity) => [capacity, make(capacity)])) as Record<
    Capacity,
    T
  >;

/** Counts the synthesized templates of both tiers. `model` is the price of the model that is counted with. */
export function estimate(
  templates: Readonly<Record<EgressTier, CostTemplate>>,
  prices: Prices,
  model: Price | undefined,
): Estimate {
  const tokens = tokenDollars(model);
  const tiers = (['dns', 'proxied'] as const).map((tier) =>
    tierEstimate(tier, templates[tier], prices, tokens),
  );
  return { tiers, tokens, timing: timing() };
}

function tierEstimate(
  tier: EgressTier,
  template: CostTemplate,
  prices: Prices,
  tokens: number,
): TierEstimate {
  const idle = idleLines(template, prices);
  const idleMonth = sum(idle);
  const idleUse = idle.find(({ uses }) => uses !== undefined)?.uses ?? {};
  const lines = each((capacity) => issueLines(template, prices, capacity));
  return {
    ...{ tier, idle, idleMonth, lines },
    volumes: volumes.map((issues) => {
      const beside = tier === 'proxied' ? proxyLine(issues, prices, 'ARM64').dollars : 0;
      const issue = each((capacity) => sum(lines[capacity]) + beside);
      const afterFreeUse = each(
        (capacity) => issue[capacity] - freeShare(lines[capacity], issues, idleUse, prices),
      );
      return {
        ...{ issues, issue, afterFreeUse },
        month: each((capacity) => idleMonth + issues * afterFreeUse[capacity]),
        mergedPullRequest: each(
          (capacity) =>
            (afterFreeUse[capacity] + tokens + idleMonth / issues) / workload.mergedShare,
        ),
      };
    }),
  };
}
