// Walks the run in the folder argv[2] and kills its own process at the argv[3]th point.
import { walkCrashRun } from './crash-run.ts';

const [folder = '', fatal] = process.argv.slice(2);
let points = 0;
await walkCrashRun({
  folder,
  point: () => {
    points += 1;
    if (points === Number(fatal)) process.kill(process.pid, 'SIGKILL');
  },
});
