import { ForgeUnavailable } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { Mint, Minted, MintRequest } from '../domain/mint.ts';
import type { InstalledBatch } from '../services/intake/next-repositories.ts';
import { askMinter, type MinterPlace } from './ask-minter.ts';

/** Who mints, and how a token is ended. */
export interface RemoteMinterOptions extends MinterPlace {
  /** Ends a token by itself; never throws. */
  readonly endToken: (token: string) => Promise<void>;
}

type Answer = Omit<Minted, 'revoke'>;

/** A minter in another function, which alone can sign as the App. Throws as `askMinter`. */
export function remoteMinter({ endToken, ...place }: RemoteMinterOptions): Mint {
  return async ({ repository, permissions }) => {
    const asked: MintRequest = { repository, permissions };
    const { token, app, slug } = (await askMinter(place, asked)) as Answer;
    if (typeof token !== 'string') throw noAnswer(place, 'token');
    const named = slug === undefined ? {} : { slug };
    return { token, app, ...named, revoke: () => endToken(token) };
  };
}

/** Asks where the App is installed: whoever asks never has its key. Throws as `askMinter`. */
export function remoteInstallations(place: MinterPlace) {
  return async (cursor: string | undefined): Promise<InstalledBatch> => {
    const asked = { look: 'installed', ...(cursor === undefined ? {} : { cursor }) };
    const batch = (await askMinter(place, asked)) as InstalledBatch;
    if (Array.isArray(batch.names)) return batch;
    throw noAnswer(place, 'repositories');
  };
}

/** Asks how the App stands at GitHub. Throws as `askMinter`. */
export async function remoteInspection(
  place: MinterPlace,
  repository?: string,
): Promise<readonly Finding[]> {
  const asked = { look: 'app', ...(repository === undefined ? {} : { repository }) };
  const { findings } = (await askMinter(place, asked)) as { findings?: readonly Finding[] };
  if (Array.isArray(findings)) return findings;
  throw noAnswer(place, 'findings');
}

function noAnswer({ functionName }: MinterPlace, what: string): ForgeUnavailable {
  return new ForgeUnavailable(`the minter ${functionName} gave no ${what}`);
}
