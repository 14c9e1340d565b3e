/** A crontab line that can't be read. */
export class CronSyntaxError extends Error {
  constructor(field, text, reason) {
    super(`${field}: "${text}" ${reason}`);
    this.name = 'CronSyntaxError';
    this.field = field;
  }
}

export const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The five fields in the order they are written. `names` counts from `min`. */
export const fields = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'dayOfMonth', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'dayOfWeek', min: 0, max: 7, names: weekdays },
];

/**
 * Reads one field into the set of values it allows, in rising order.
 * `restricted` is false where the field begins with `*`.
 */
export function parseField(text, field) {
  const values = new Set();
  for (const part of text.split(',')) {
    for (const value of parsePart(part, field)) values.add(value);
  }
  // Both 0 and 7 are Sunday.
  if (field.name === 'dayOfWeek' && values.delete(7)) values.add(0);
  const sorted = [...values].sort((a, b) => a - b);
  return { values: sorted, restricted: !text.startsWith('*') };
}

function parsePart(part, field) {
  const [range, stepText, ...rest] = part.split('/');
  if (rest.length > 0) throw new CronSyntaxError(field.name, part, 'has more than one step');
  const step = stepText === undefined ? 1 : Number(stepText);
  if (!Number.isInteger(step) || step < 1) {
    throw new CronSyntaxError(field.name, part, 'has a step that is not a positive number');
  }
  const [from, to] = parseRange(range, stepText !== undefined, field);
  const values = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

function parseRange(text, stepped, field) {
  if (text === '*') return [field.min, field.name === 'dayOfWeek' ? 6 : field.max];
  const [first, last, ...rest] = text.split('-');
  if (rest.length > 0) throw new CronSyntaxError(field.name, text, 'is not a range');
  const from = parseValue(first, field);
  // A single value with a step runs to the end of the field: 5/15 is 5, 20, 35, 50.
  if (last === undefined) return [from, stepped ? field.max : from];
  const to = parseValue(last, field);
  if (to < from) throw new CronSyntaxError(field.name, text, 'runs backwards');
  return [from, to];
}

function parseValue(text, field) {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named !== -1) return named + field.min;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.min && value <= field.max)) {
    throw new CronSyntaxError(field.name, text, `is not within ${field.min}-${field.max}`);
  }
  return value;
}
