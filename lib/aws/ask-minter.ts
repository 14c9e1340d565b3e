import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import { type DomainError, errorNamed, ForgeUnavailable, StageLost } from '../domain/errors.ts';
import { serviceError } from './service-errors.ts';

/** The function that alone can sign as the App. */
export interface MinterPlace {
  readonly lambda: LambdaClient;
  /** Name or ARN of the minting function. */
  readonly functionName: string;
}

/**
 * What the minting function answers. Throws what that one threw, by its name; `ForgeUnavailable` where it gave no answer,
 * `ConfigInvalid` where it may not be asked.
 */
export async function askMinter(
  { lambda, functionName }: MinterPlace,
  asked: object,
): Promise<object> {
  const command = new InvokeCommand({
    FunctionName: functionName,
    Payload: Buffer.from(JSON.stringify(asked)),
  });
  const answer = await lambda.send(command).catch((error: unknown) => {
    throw serviceError(error, `the minter ${functionName} can't be asked`, ForgeUnavailable);
  });
  return read(functionName, answer);
}

function read(functionName: string, { FunctionError, Payload }: InvokeCommandOutput): object {
  const value = parsed(Payload);
  if (FunctionError !== undefined) throw refusal(functionName, value as Refusal);
  return value;
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
