import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrap } from '../../../localstack/deploy.ts';
import { bridgeAddress, buildSandboxImage, ensureDocker } from '../../../localstack/docker.ts';
import {
  awsEnvironment,
  type Emulator,
  installEmulator,
  startEmulator,
} from '../../../localstack/emulator.ts';
import { freePort } from '../../../localstack/free-port.ts';
import temporaryFolder from '../../setup/temporary-folder.ts';

declare global {
  var entropyEmulator: Emulator | undefined;
}

const folder = fileURLToPath(new URL('../../../.entropy/e2e/', import.meta.url));

/** Brings Docker, the images and an emulator with IAM enforced, whose address all tests find in the environment. */
export default async function globalSetup(): Promise<void> {
  const log = (line: string) => void process.stderr.write(`e2e: ${line}\n`);
  mkdirSync(folder, { recursive: true });
  await ensureDocker(log, folder);
  await buildSandboxImage(log);
  const { ENTROPY_EMULATOR_PYTHON: named, ENTROPY_E2E_PORT: port } = process.env;
  const python = await installEmulator(join(folder, '..'), log, named);
  const emulator = await startEmulator({
    python,
    folder,
    port: port ? Number(port) : await freePort(),
    auth: true,
    patched: true,
    bridge: await bridgeAddress(),
  });
  log(`the emulator is at ${emulator.endpoint}`);
  globalThis.entropyEmulator = emulator;
  Object.assign(process.env, awsEnvironment(emulator.endpoint), { ENTROPY_E2E_PYTHON: python });
  log('what the CDK needs in it');
  await bootstrap(folder);
  temporaryFolder();
}
