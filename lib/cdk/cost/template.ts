import type { Entry } from '../entry.ts';
import type { Prices } from './prices.ts';

/** A template as far as it costs anything. */
export interface CostTemplate {
  readonly Resources: Readonly<Record<string, CostResource>>;
}

/** One of its resources. */
interface CostResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** One line of a bill, in US dollars. */
export interface Line {
  readonly what: string;
  /** How it comes about, for a person. */
  readonly how: string;
  readonly dollars: number;
  /** What of it counts against the account's free use. */
  readonly uses?: FreeUse;
}

/** Amounts by what an account may use of each for nothing. */
export type FreeUse = Readonly<Partial<Record<keyof Prices['free'], number>>>;

/** The sum of a bill. */
export function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { dollars }) => total + dollars, 0);
}

/** `[logical id, properties]` of each resource of a type. */
export function resourcesOf(
  { Resources }: CostTemplate,
  type: string,
): [string, Readonly<Record<string, unknown>>][] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties]);
}

/** Memory of a function, in GB, by its construct's name. Throws where there is none. */
export function memoryOf(template: CostTemplate, name: Entry | string): number {
  const start = `Functions${name.replaceAll('-', '')}Function`;
  const found = resourcesOf(template, 'AWS::Lambda::Function').find(([id]) => id.startsWith(start));
  if (found === undefined) throw new Error(`the template has no function ${name}`);
  return Number(found[1].MemorySize) / 1024;
}
