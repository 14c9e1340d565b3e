import type { CommandReply } from '../services/publisher/answer-command.ts';
import { askFunction, type FunctionPlace, tellFunction } from './ask-function.ts';

/** The publisher in another function, which alone is given tokens that write. */
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
