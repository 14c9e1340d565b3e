import type { LifecycleState } from '../services/lifecycle/conclude.ts';
import type { CommandReply } from '../services/publisher/command-reply.ts';
import { askFunction, type FunctionPlace, tellFunction } from './ask-function.ts';

/** The publisher in another function, which alone is given tokens that write; by its entrance `signs`. */
export function remotePublisher(place: FunctionPlace) {
  return {
    /** Has it answer a command that came to nothing. Throws as `askFunction`. */
    reply: async (reply: CommandReply): Promise<void> => {
      await askFunction(place, 'publisher', { ...reply, step: 'AnswerCommand' });
    },
    /** Has it tell issues that their runs wait. Throws as `tellFunction`. */
    tellQueue: (capacity: number): Promise<void> =>
      tellFunction(place, 'publisher', { step: 'TellQueue', capacity }),
  };
}

/** Has it end a run whose walk ended otherwise, by its entrance `settling`. Throws as `askFunction`. */
export function remoteSettle(place: FunctionPlace) {
  return async (run: string, { error }: LifecycleState): Promise<void> => {
    await askFunction(place, 'publisher', { step: 'Settle', run, state: { error } });
  };
}

/**
 * The entrance by which a function was called, from the ARN that Lambda says it was called by; undefined where it was
 * called by its own name.
 */
export function entranceOf(invokedFunctionArn: string): string | undefined {
  return invokedFunctionArn.split(':')[7];
}
