/** A failure in the sense of the States Language: Retry and Catch see `error`, people read `detail`. */
export class StateFailure extends Error {
  /** Error name, such as `States.Timeout` or a domain error's name. */
  readonly error: string;
  /** The `Cause` of the error output. */
  readonly detail: string;
  constructor(error: string, detail: string) {
    super(`${error}: ${detail}`);
    this.name = 'StateFailure';
    this.error = error;
    this.detail = detail;
  }
}

/** Longest message that is kept of a thrown error, in characters (a whole Cause fits 32,768). */
const messageLimit = 8_000;

/** What Lambda reports of a thrown error: its name, and `{errorType, errorMessage}`; never a stack. */
export function failureOf(thrown: unknown): StateFailure {
  if (thrown instanceof StateFailure) return thrown;
  const { name, message } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    name?: unknown;
    message?: unknown;
  };
  const errorType = typeof name === 'string' && name !== '' ? name : 'Error';
  const text = typeof message === 'string' ? message : String(thrown);
  const errorMessage = text.slice(0, messageLimit);
  return new StateFailure(errorType, JSON.stringify({ errorType, errorMessage }));
}

/** A mistake in the data that no Retry or Catch can take up. */
export function runtimeFailure(detail: string): StateFailure {
  return new StateFailure('States.Runtime', detail);
}

/** Bytes of UTF-8 that state input, output, parameters or results may have (the quota of Step Functions). */
const dataLimit = 262_144;

/** The value as JSON would carry it. Throws `States.DataLimitExceeded`. */
export function limited(value: unknown, what: string): unknown {
  const text = JSON.stringify(value) ?? 'null';
  const bytes = Buffer.byteLength(text);
  if (bytes > dataLimit) {
    throw new StateFailure(
      'States.DataLimitExceeded',
      `${what} has ${bytes} bytes; ${dataLimit} are allowed`,
    );
  }
  return JSON.parse(text);
}
