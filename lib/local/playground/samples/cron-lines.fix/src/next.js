/** Leap days can be eight years apart (1896 and 1904), so a longer search finds nothing new. */
const yearsToSearch = 9;

/** The first time after `after` at which the line runs, or null where it never does. UTC. */
export function nextRun(line, after = new Date()) {
  const at = new Date(after);
  at.setUTCSeconds(0, 0);
  at.setUTCMinutes(at.getUTCMinutes() + 1);
  const lastYear = at.getUTCFullYear() + yearsToSearch;
  while (at.getUTCFullYear() <= lastYear) {
    if (!line.month.values.includes(at.getUTCMonth() + 1)) toNextMonth(at);
    else if (!runsOnDay(line, at)) toNextDay(at);
    else if (!line.hour.values.includes(at.getUTCHours())) toNextHour(at);
    else if (!line.minute.values.includes(at.getUTCMinutes())) toNextMinute(at);
    else return at;
  }
  return null;
}

/** The next `count` times after `after` at which the line runs; fewer where there are no more. */
export function nextRuns(line, after, count) {
  const runs = [];
  let last = after;
  while (runs.length < count) {
    last = nextRun(line, last);
    if (last === null) break;
    runs.push(last);
  }
  return runs;
}

/** Where both day fields are restricted, either will do. */
function runsOnDay({ dayOfMonth, dayOfWeek }, at) {
  const inMonth = dayOfMonth.values.includes(at.getUTCDate());
  const inWeek = dayOfWeek.values.includes(at.getUTCDay());
  if (dayOfMonth.restricted && dayOfWeek.restricted) return inMonth || inWeek;
  return inMonth && inWeek;
}

function toNextMonth(at) {
  // Month and day in one call: the 31st of a shorter month would run over into the month after it.
  at.setUTCMonth(at.getUTCMonth() + 1, 1);
  at.setUTCHours(0, 0, 0, 0);
}

function toNextDay(at) {
  at.setUTCDate(at.getUTCDate() + 1);
  at.setUTCHours(0, 0, 0, 0);
}

function toNextHour(at) {
  at.setUTCHours(at.getUTCHours() + 1, 0, 0, 0);
}

function toNextMinute(at) {
  at.setUTCMinutes(at.getUTCMinutes() + 1, 0, 0);
}
