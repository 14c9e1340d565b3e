import type { Command } from 'commander';
import { loadConfig } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import type { Run } from '../../lib/domain/run.ts';
import { answering } from '../../lib/services/intake/continuation.ts';
import { terminal } from '../output/terminal.ts';
import { withRun } from './records.ts';
import { carryOutAt, requireMeans } from './retry.ts';
import { runAgain } from './run-again.ts';

/** `entropy answer`: answers the question that a run ended with, and goes on. */
export function addAnswer(program: Command): void {
  program
    .command('answer')
    .description(
      'answer the question that a run ended with (exit code 3), and go on with the issue',
    )
    .argument('<run>', "the run's id")
    .argument('<text...>', 'the answer')
    .option('--json', 'one JSON object a line; the last has type "outcome"')
    .action(async (id: string, words: string[], options: { json?: true }) => {
      const config = loadConfig(process.env, program.opts());
      const text = words.join(' ').trim();
      const run = await withRun(config, id, async (_stores, found) => found);
      refuse(run, text);
      await requireMeans(config, run);
      const next = await runAgain(config, run, async (stores, asked, newId) =>
        answering(stores, asked, newId, { text, by: await stores.by() }),
      );
      process.exitCode = await carryOutAt(config, next, terminal(options.json ?? false));
    });
}

function refuse({ id, outcome, status }: Run, text: string): void {
  if (outcome !== 'question' || status !== 'settled') {
    throw new ConfigInvalid(`${id} asks nothing: its outcome is ${outcome ?? status}`);
  }
  if (text === '') throw new ConfigInvalid('the answer has no text');
}
