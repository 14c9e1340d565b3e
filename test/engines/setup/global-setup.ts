import temporaryFolder from '../../setup/temporary-folder.ts';
import { installPrograms } from './install-programs.ts';

/** The engines' programs are there before the first test. */
export default function globalSetup(): void {
  installPrograms();
  temporaryFolder();
}
