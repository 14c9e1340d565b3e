import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import { type DomainError, errorNamed, ForgeUnavailable, StageLost } from '../domain/errors.ts';
import type { Mint, Minted, MintRequest } from '../domain/mint.ts';
import { serviceError } from './service-errors.ts';

/** Who mints, and how a token is ended. */
export interface RemoteMinterOptions {
  readonly lambda: LambdaClient;
  /** Name or ARN of the minting function. */
  readonly functionName: string;
  /** Ends a token by itself; never throws. */
  readonly endToken: (token: string) => Promise<void>;
}

type Answer = Omit<Minted, 'revoke'>;

/**
 * A minter in another function, which alone can sign as the App. Throws what that one threw, by its name;
 * `ForgeUnavailable` where it gave no answer, `ConfigInvalid` where it may not be asked.
 */
export function remoteMinter({ lambda, functionName, endToken }: RemoteMinterOptions): Mint {
  return async ({ repository, permissions }) => {
    const asked: MintRequest = { repository, permissions };
    const command = new InvokeCommand({
      FunctionName: functionName,
      Payload: Buffer.from(JSON.stringify(asked)),
    });
    const answer = await lambda.send(command).catch((error: unknown) => {
      throw serviceError(error, `the minter ${functionName} can't be asked`, ForgeUnavailable);
    });
    const { token, app, slug } = read(functionName, answer);
    const named = slug === undefined ? {} : { slug };
    return { token, app, ...named, revoke: () => endToken(token) };
  };
}

function read(functionName: string, { FunctionError, Payload }: InvokeCommandOutput): Answer {
  const value = parsed(Payload);
  if (FunctionError !== undefined) throw refusal(functionName, value as Refusal);
  if (typeof (value as Answer).token === 'string') return value as Answer;
  throw new ForgeUnavailable(`the minter ${functionName} gave no token`);
}

/** What Lambda makes of an error that a function throws. */
interface Refusal {
  readonly errorType?: unknown;
  readonly errorMessage?: unknown;
}

function refusal(functionName: string, { errorType, errorMessage }: Refusal): DomainError {
  const error = errorNamed(String(errorType), String(errorMessage));
  if (!(error instanceof StageLost)) return error;
  // No error of the domain: the function itself broke, and may do better next time.
  const said = `${String(errorType)}: ${String(errorMessage)}`.slice(0, 500);
  return new ForgeUnavailable(`the minter ${functionName} failed: ${said}`);
}

function parsed(payload: Uint8Array | undefined): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload ?? []).toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
