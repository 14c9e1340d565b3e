import { coderSystem } from '../../roles/rewrite/coder.ts';
import type { Desk } from './desk.ts';
import { type Draft, digestOfDraft } from './draft.ts';
import { layBlocks, type Offer } from './lay-blocks.ts';
import { message, say } from './talk.ts';

/** What is to be written, and how a try is judged. */
export interface Task extends Offer {
  /** For the ledger: `test`, `fix`. */
  readonly step: string;
  readonly brief: string;
  /** What the reply is laid over. */
  readonly start: Draft;
  /** Characters of the files that may come back. */
  readonly size: number;
  /** One sample each: the temperature it is asked for with. */
  readonly temperatures: readonly number[];
  /** Undefined where the draft will do; else what is wrong with it, in words for the model. */
  readonly judge: (draft: Draft) => Promise<string | undefined>;
}

/** Replies to one sample: the first, and those after it was told what failed. */
const triesPerSample = 3;

/** How often a model was asked, and how often it gave what it had given before. */
export interface Tally {
  asked: number;
  repeated: number;
}

/**
 * Asks for whole files until a draft will do: a few samples, each with its faults fed back. A draft that was
 * seen before is not judged again and ends its sample. Undefined where no sample led to one.
 */
export async function tryDrafts(desk: Desk, task: Task, tally: Tally): Promise<Draft | undefined> {
  const seen = new Set<string>();
  for (const temperature of task.temperatures) {
    const first = message('user', task.brief);
    let messages = [first];
    for (let tries = 1; tries <= triesPerSample; tries += 1) {
      const asked = { maxTokens: tokensFor(task.size), temperature };
      const said = await say(desk.model, coderSystem, messages, asked);
      tally.asked += 1;
      const laid = await layBlocks(said, task.start, desk.sources, task);
      const digest = 'draft' in laid ? digestOfDraft(laid.draft) : said.text;
      const repeated = seen.has(digest);
      seen.add(digest);
      const fault = repeated
        ? undefined
        : 'draft' in laid
          ? await task.judge(laid.draft)
          : laid.fault;
      const state = repeated ? 'repeated' : fault === undefined ? 'taken' : 'faulty';
      await desk.tell({
        kind: 'rewrite.tried',
        data: { step: task.step, temperature, tries, state },
      });
      if (repeated) {
        tally.repeated += 1;
        break;
      }
      if (fault === undefined && 'draft' in laid) return laid.draft;
      // Only the last try: a long history of faults leads a small model astray.
      messages = [first, message('assistant', said.text), message('user', again(fault ?? ''))];
    }
  }
  return undefined;
}

function again(fault: string): string {
  return `That is not right yet:\n\n${fault}\n\nThink about why, and write the whole file again, with the mistake put right.`;
}

/** A file's tokens twice over, and some for words around it. */
function tokensFor(characters: number): number {
  return Math.min(8000, 1000 + Math.ceil((characters / 3) * 1.5));
}
