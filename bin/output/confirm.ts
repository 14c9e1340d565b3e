import { createInterface } from 'node:readline/promises';
import { ConfigInvalid } from '../../lib/domain/errors.ts';

/** Asks a person on the terminal. Throws `ConfigInvalid` with `otherwise` where nobody is there or says no. */
export async function confirm(question: string, otherwise: string): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new ConfigInvalid(`nobody is here to confirm: give --yes; ${otherwise}`);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `).finally(() => prompt.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new ConfigInvalid(otherwise);
}
