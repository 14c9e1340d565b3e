import { buildSandboxImage } from './docker.ts';
import { works } from './run.ts';

/** Makes the image of `--sandbox docker` in the Docker engine of this machine, which must be there. */
const log = (line: string) => void process.stderr.write(`${line}\n`);
if (await works(['docker', 'version'])) await buildSandboxImage(log);
else {
  log('Docker does not answer: start its engine, and let this user ask it');
  process.exitCode = 1;
}
