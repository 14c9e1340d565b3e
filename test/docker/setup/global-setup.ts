import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSandboxImage, ensureDocker } from '../../../localstack/docker.ts';
import temporaryFolder from '../../setup/temporary-folder.ts';
import { image } from '../docker-rig.ts';

const folder = fileURLToPath(new URL('../../../.entropy/docker/', import.meta.url));

/** Brings a Docker engine and the sandbox's image, or says what is missing. */
export default async function globalSetup(): Promise<void> {
  const log = (line: string) => void process.stderr.write(`docker: ${line}\n`);
  mkdirSync(folder, { recursive: true });
  await ensureDocker(log, folder);
  await buildSandboxImage(log, image);
  temporaryFolder();
}
