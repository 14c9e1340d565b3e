import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Pin, PinStore, Source } from '../../../lib/domain/source.ts';
import type { GitHubAccess } from '../../../lib/github/access.ts';
import type { SourcePlace } from '../../contract/source.ts';
import { freshFolder, inRepository } from '../../local/source/git-fixture.ts';
import { playgroundWith } from '../playground-fixture.ts';

/** Pins in memory. */
export function pinsInMemory(): PinStore {
  const pins = new Map<string, Pin>();
  return {
    pinned: async (run) => pins.get(run),
    keep: async (run, pin) => {
      const kept = pins.get(run) ?? pin;
      pins.set(run, kept);
      return kept;
    },
    move: async (run, pin) => void pins.set(run, pin),
  };
}

/** A playground on which repositories with a clone are made, one after another. */
export async function sourcePlaces(sourceOf: (access: GitHubAccess) => Source) {
  const { playground, access, minted } = await playgroundWith();
  let made = 0;
  async function make(options: { defaultBranch?: string } = {}): Promise<SourcePlace> {
    made += 1;
    const { defaultBranch = 'main' } = options;
    const { fullName } = await playground.seedRepository({
      ...{ owner: 'octo', name: `place-${made}`, private: true, defaultBranch },
      files: { 'readme.md': '# place\n' },
      collaborators: { maria: 'write' },
    });
    const token = await playground.userToken('maria');
    const url = playground.gitUrl(fullName).replace('//', `//x:${token}@`);
    const clone = freshFolder();
    // The playground is in this process: it must go on meanwhile.
    const git = promisify(execFile);
    await git('git', ['clone', '-q', url, clone]);
    return {
      source: sourceOf(access),
      repository: { forge: 'github', name: fullName },
      clone,
      async commit(message = 'work') {
        inRepository(clone, 'add', '-A');
        inRepository(clone, 'commit', '-q', '--allow-empty', '-m', message);
        await git('git', ['-C', clone, 'push', '-q', '-f', 'origin', `HEAD:${defaultBranch}`]);
        return inRepository(clone, 'rev-parse', 'HEAD');
      },
    };
  }
  return { playground, access, minted, make };
}
