import removeTemporaryFolder from '../../setup/remove-temporary-folder.ts';

/** Ends the emulator that the set-up started. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.entropyEmulator?.stop();
  removeTemporaryFolder();
}
