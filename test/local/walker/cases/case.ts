import { type Functions, named } from '../walking.ts';

/** A definition that two walkers walk. `functions` makes fresh ones for each, as some of them count. */
export interface Case {
  readonly definition: object;
  readonly input?: unknown;
  readonly functions?: () => Functions;
  readonly output?: unknown;
  readonly error?: string;
}

/** Answers with what it is given. */
export const echo: Functions = { echo: (payload) => payload, runTask: (parameters) => parameters };

/** Fails as often as the list is long, then answers. */
export function failing(errors: readonly string[], answer: unknown = 'done') {
  return (): Functions => {
    const left = [...errors];
    const call = () => {
      const error = left.shift();
      if (error !== undefined) throw named(error, `${error} happened`);
      return answer;
    };
    return { f: call, runTask: call };
  };
}
