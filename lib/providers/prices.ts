import * as z from 'zod';
import type { Price } from '../domain/budget.ts';
import read from './prices.json' with { type: 'json' };

const price = {
  input: z.number().positive(),
  cacheRead: z.number().min(0),
  cacheWrite: z.number().min(0),
  output: z.number().positive(),
};
const tableSchema = z.strictObject({
  date: z.iso.date(),
  unit: z.string(),
  source: z.string(),
  models: z.record(
    z.string(),
    z.strictObject({
      ...price,
      long: z.strictObject({ over: z.number().int().positive(), ...price }).exactOptional(),
    }),
  ),
});

const table = tableSchema.parse(read);

/** The day on which the prices were read. */
export const pricesDate = table.date;

/**
 * Price of a model, or undefined where none is listed; a dated snapshot (`-20251001`, `-2026-04-23`)
 * costs what its model costs. `promptTokens` picks the rate where long prompts are dearer.
 */
export function priceOf(model: string, promptTokens = 0): Price | undefined {
  const undated = model.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '');
  const listed = Object.hasOwn(table.models, undated) ? table.models[undated] : undefined;
  if (listed === undefined) return undefined;
  const { long, ...short } = listed;
  if (long === undefined || promptTokens <= long.over) return short;
  const { over: _over, ...dear } = long;
  return dear;
}
