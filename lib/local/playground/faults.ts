/**
 * A fault that the playground makes on purpose. `status` answers with that status and does nothing;
 * `lose-answer` does what is asked and hangs up instead of answering; `hang-up` does nothing and hangs up.
 */
export interface Fault {
  readonly method: string;
  /** Regular expression over the path below the API's base. */
  readonly path: string;
  readonly kind: 'status' | 'lose-answer' | 'hang-up';
  readonly status?: number;
  /** What a `status` says in GitHub's words, in place of our own. GraphQL's own faults have status 200 and say `errors`. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
  /** How many requests it meets; 1 where not given. */
  readonly times?: number;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The fault that this request meets, used up by one. */
  take(method: string, path: string): Fault | undefined;
}

/** Faults that wait for their request. */
export function createFaults(): Faults {
  let waiting: { readonly fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    clear: () => {
      waiting = [];
    },
    take(method, path) {
      const found = waiting.find(
        ({ fault }) => fault.method === method && new RegExp(fault.path).test(path),
      );
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting = waiting.filter((each) => each !== found);
      return found.fault;
    },
  };
}
