import { ForgeUnavailable } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { Mint, Minted, MintRequest } from '../domain/mint.ts';
import type { InstalledBatch } from '../services/intake/next-repositories.ts';
import { askFunction, type FunctionPlace } from './ask-function.ts';

/** Who mints, and how a token is ended. */
export interface RemoteMinterOptions extends FunctionPlace {
  /** Ends a token by itself; never throws. */
  readonly endToken: (token: string) => Promise<void>;
}

type Answer = Omit<Minted, 'revoke'>;

/** A minter in another function, which alone can sign as the App. Throws as `askFunction`. */
export function remoteMinter({ endToken, ...place }: RemoteMinterOptions): Mint {
  return async ({ repository, permissions }) => {
    const asked: MintRequest = { repository, permissions };
    const { token, app, slug } = (await askFunction(place, 'minter', asked)) as Answer;
    if (typeof token !== 'string') throw noAnswer(place, 'token');
    const named = slug === undefined ? {} : { slug };
    return { token, app, ...named, revoke: () => endToken(token) };
  };
}

/** Asks where the App is installed: whoever asks never has its key. Throws as `askFunction`. */
export function remoteInstallations(place: FunctionPlace) {
  return async (cursor: string | undefined): Promise<InstalledBatch> => {
    const asked = { look: 'installed', ...(cursor === undefined ? {} : { cursor }) };
    const batch = (await askFunction(place, 'minter', asked)) as InstalledBatch;
    if (Array.isArray(batch.names)) return batch;
    throw noAnswer(place, 'repositories');
  };
}

/** Asks how the App stands at GitHub. Throws as `askFunction`. */
export async function remoteInspection(
  place: FunctionPlace,
  repository?: string,
): Promise<readonly Finding[]> {
  const asked = { look: 'app', ...(repository === undefined ? {} : { repository }) };
  const { findings } = (await askFunction(place, 'minter', asked)) as {
    findings?: readonly Finding[];
  };
  if (Array.isArray(findings)) return findings;
  throw noAnswer(place, 'findings');
}

function noAnswer({ functionName }: FunctionPlace, what: string): ForgeUnavailable {
  return new ForgeUnavailable(`the minter ${functionName} gave no ${what}`);
}
