import {
  type InvocationType,
  InvokeCommand,
  type InvokeCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { type DomainError, errorNamed, ForgeUnavailable, StageLost } from '../domain/errors.ts';
import { serviceError } from './service-errors.ts';

/** A function that can do what who asks can't: sign as the App, write to GitHub. */
export interface FunctionPlace {
  readonly lambda: LambdaClient;
  /** Name or ARN. */
  readonly functionName: string;
  /** So long is waited for its answer, all tries together, in milliseconds; as long as the client does where undefined. */
  readonly withinMs?: number;
}

/**
 * What the function answers. Throws what that one threw, by its name; `ForgeUnavailable` where it gave no answer,
 * `ConfigInvalid` where it may not be asked. `role` is what it is in words: minter, publisher.
 */
export async function askFunction(
  place: FunctionPlace,
  role: string,
  asked: object,
): Promise<object> {
  const called = `the ${role} ${place.functionName}`;
  const answer = await invoke(place, called, asked, 'RequestResponse');
  const value = parsed(answer.Payload);
  if (answer.FunctionError !== undefined) throw refusal(called, value as Refusal);
  return value;
}

/** Has the function do it, whenever it comes to it. Throws as `askFunction`, where it can't be asked. */
export async function tellFunction(
  place: FunctionPlace,
  role: string,
  told: object,
): Promise<void> {
  await invoke(place, `the ${role} ${place.functionName}`, told, 'Event');
}

function invoke(
  { lambda, functionName: FunctionName, withinMs }: FunctionPlace,
  called: string,
  asked: object,
  InvocationType: InvocationType,
): Promise<InvokeCommandOutput> {
  const Payload = Buffer.from(JSON.stringify(asked));
  const command = new InvokeCommand({ FunctionName, Payload, InvocationType });
  const within = withinMs === undefined ? {} : { abortSignal: AbortSignal.timeout(withinMs) };
  return lambda.send(command, within).catch((error: unknown) => {
    throw serviceError(error, `${called} can't be asked`, ForgeUnavailable);
  });
}

/** What Lambda makes of an error that a function throws. */
interface Refusal {
  readonly errorType?: unknown;
  readonly errorMessage?: unknown;
}

function refusal(called: string, { errorType, errorMessage }: Refusal): DomainError {
  const error = errorNamed(String(errorType), String(errorMessage));
  if (!(error instanceof StageLost)) return error;
  // No error of the domain: the function itself broke, and may do better next time.
  const said = `${String(errorType)}: ${String(errorMessage)}`.slice(0, 500);
  return new ForgeUnavailable(`${called} failed: ${said}`);
}

function parsed(payload: Uint8Array | undefined): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload ?? []).toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
