import { generateKeyPairSync } from 'node:crypto';
import type { Mint, Permissions } from '../../lib/domain/mint.ts';
import type { GitHubAccess } from '../../lib/github/access.ts';
import { githubForge } from '../../lib/github/github-forge.ts';
import { minter } from '../../lib/github/minter.ts';
import { startPlayground } from '../../lib/local/playground/playground.ts';
import { freshFolder } from '../local/source/git-fixture.ts';

/** The App's key, for both sides. */
export const appKeys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** A playground with one repository and an issue in it, and the forge that works on it as the App. */
export async function playgroundWith(
  options: { drafts?: boolean; private?: boolean; files?: Record<string, string> } = {},
) {
  const playground = await startPlayground({
    dataDir: freshFolder(),
    appPublicKey: appKeys.publicKey,
  });
  const seeded = await playground.seedRepository({
    owner: 'octo',
    name: 'calc',
    files: { 'sum.js': 'export const sum = (a, b) => a - b;\n', 'readme.md': '# calc\n' },
    collaborators: { maria: 'write', stranger: 'read' },
    labels: ['entropy', 'bug'],
    ...options,
  });
  const repository = seeded.fullName;
  const { number } = await playground.createIssue({
    repository,
    title: 'sum is wrong',
    body: 'It subtracts.',
    author: 'maria',
    labels: ['bug'],
  });
  const { apiUrl } = playground;
  const { mint, minted } = watched(
    minter({ appId: playground.app.id, privateKey: appKeys.privateKey, apiUrl }),
  );
  const access: GitHubAccess = { apiUrl, mint };
  const forge = githubForge(repository, access);
  const base = seeded.commit;
  return { playground, repository, issue: String(number), base, access, forge, minted };
}

interface Watched {
  readonly permissions: Permissions;
  readonly token: string;
  revoked: boolean;
}

/** Remembers what was minted and whether it was ended. */
function watched(mint: Mint): { mint: Mint; minted: Watched[] } {
  const minted: Watched[] = [];
  return {
    minted,
    mint: async (request) => {
      const made = await mint(request);
      const seen = { permissions: request.permissions, token: made.token, revoked: false };
      minted.push(seen);
      const revoke = async () => {
        await made.revoke();
        seen.revoked = true;
      };
      return { ...made, revoke };
    },
  };
}
