// `npm run smoke:aws -- --dry-run`: prints what a run in an account would do. Without it the steps are carried out.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { carryOut } from './carry-out.ts';
import { type SmokeSettings, smokePlan } from './plan.ts';

const options = {
  'dry-run': { type: 'boolean', default: false },
  repository: { type: 'string' },
  'app-id': { type: 'string' },
  'app-key-file': { type: 'string' },
  'model-key-file': { type: 'string' },
  'token-file': { type: 'string' },
} as const;

const { values } = parseArgs({ options });
const dry = values['dry-run'];
const missing = (['repository', 'app-id', 'app-key-file', 'model-key-file', 'token-file'] as const)
  .filter((name) => !dry && values[name] === undefined)
  .map((name) => `--${name}`);
if (missing.length > 0) {
  console.error(`smoke: ${missing.join(', ')} must be given; --dry-run says what would be done`);
  process.exit(2);
}
const settings: SmokeSettings = {
  // By chance, and not to be chosen: what is removed in the end can't be anybody else's.
  name: `smoke-${randomBytes(3).toString('hex')}`,
  repository: values.repository ?? 'OWNER/NAME',
  appId: values['app-id'] ?? '0',
  appKeyFile: values['app-key-file'] ?? '',
  modelKeyFile: values['model-key-file'] ?? '',
  tokenFile: values['token-file'] ?? '',
};
for (const { name, what, by } of smokePlan(settings)) console.log(`${name}: ${what}\n  ${by}`);
if (dry) console.log('Nothing was done.');
else await carryOut(settings, (line) => console.log(line));
