import { templateOf } from '../../../lib/cdk/cost/main.ts';
import type { CostTemplate } from '../../../lib/cdk/cost/template.ts';

/** The templates of both tiers as they would be deployed. */
export const templates = { dns: templateOf('dns'), proxied: templateOf('proxied') };

/** A template with one more resource. */
export function withResource(Type: string, Properties: Record<string, unknown> = {}): CostTemplate {
  return { Resources: { ...templates.dns.Resources, More: { Type, Properties } } };
}
