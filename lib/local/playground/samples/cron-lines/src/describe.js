import { months, weekdays } from './fields.js';

/** Says in words when a line runs. */
export function describeLine(line) {
  const days = describeDays(line);
  const inMonths = line.month.restricted
    ? `in ${line.month.values.map((value) => months[value - 1]).join(', ')}`
    : '';
  return [describeTime(line), days, inMonths].filter((part) => part !== '').join(' ');
}

function describeTime({ minute, hour }) {
  const two = (value) => String(value).padStart(2, '0');
  if (!hour.restricted && hour.values.length === 24) {
    return minute.values.length === 60
      ? 'every minute'
      : `at minute ${minute.values.join(', ')} of every hour`;
  }
  const times = hour.values.flatMap((h) => minute.values.map((m) => `${two(h)}:${two(m)}`));
  return times.length <= 6 ? `at ${times.join(', ')}` : `${times.length} times a day`;
}

function describeDays({ dayOfMonth, dayOfWeek }) {
  const inMonth = dayOfMonth.restricted ? `on day ${dayOfMonth.values.join(', ')}` : '';
  const inWeek = dayOfWeek.restricted
    ? `on ${dayOfWeek.values.map((value) => weekdays[value]).join(', ')}`
    : '';
  return [inMonth, inWeek].filter((part) => part !== '').join(' or ');
}
