export { describeLine } from './describe.js';
export { CronSyntaxError } from './fields.js';
export { nextRun, nextRuns } from './next.js';
export { parseLine } from './parse.js';
