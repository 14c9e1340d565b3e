import { CronSyntaxError, fields, parseField } from './fields.js';

const macros = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * Reads a crontab line: five fields or a macro, then the command (which may be left out).
 * Throws `CronSyntaxError`.
 */
export function parseLine(text) {
  const [schedule, command] = split(text.trim());
  const line = { command };
  const parts = schedule.split(/\s+/);
  for (const [n, field] of fields.entries()) line[field.name] = parseField(parts[n], field);
  return line;
}

function split(text) {
  if (text.startsWith('@')) {
    const [word, ...rest] = text.split(/\s+/);
    const schedule = macros[word.toLowerCase()];
    if (schedule === undefined) throw new CronSyntaxError('line', word, 'is not a known macro');
    return [schedule, rest.join(' ')];
  }
  const match = /^(\S+\s+\S+\s+\S+\s+\S+\s+\S+)(?:\s+(.*))?$/.exec(text);
  if (!match) throw new CronSyntaxError('line', text, 'has fewer than five fields');
  return [match[1], match[2] ?? ''];
}
