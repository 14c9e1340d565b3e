/** One answer of the REST API. */
export interface Answered {
  readonly method: string;
  /** Below the API's base, still percent-encoded. */
  readonly path: string;
  readonly status: number;
  /** What is sent as JSON; bytes for a raw file, undefined where there is no body. */
  readonly body: unknown;
}

/** Is told all that the playground says, whoever listens. */
export interface Observer {
  answered(answer: Answered): void;
  happened(event: string, payload: Readonly<Record<string, unknown>>): void;
}

/** Hears nothing. */
export const noObserver: Observer = { answered: () => undefined, happened: () => undefined };
