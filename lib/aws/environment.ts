import { ConfigInvalid } from '../domain/errors.ts';
import { environmentNames } from './environment-names.ts';

type Key = keyof typeof environmentNames;

/** What a function's environment says. */
export interface FunctionEnvironment {
  /** Throws `ConfigInvalid` with the variable's name where it is not set. */
  needed(key: Key): string;
  /** Undefined where it is not set, or empty. */
  given(key: Key): string | undefined;
}

/** The environment that the stack gave a function. */
export function functionEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): FunctionEnvironment {
  const given = (key: Key) => env[environmentNames[key]] || undefined;
  return {
    given,
    needed: (key) => {
      const value = given(key);
      if (value !== undefined) return value;
      throw new ConfigInvalid(`${environmentNames[key]} is not set: deploy the stack again`);
    },
  };
}
