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
  /** The system prompt, where it is not the one for whole files. */
  readonly system?: string;
  /** What the reply is laid over. */
  readonly start: Draft;
  /** Characters of the files that may come back. */
  readonly size: number;
  /** One sample each: the temperature it is asked for with. */
  readonly temperatures: readonly number[];
  readonly judge: (draft: Draft) => Promise<Judged>;
}

/** The draft to go on with, which may be a mended one, or what is wrong, in words for the model. */
type Judged = { readonly draft: Draft } | { readonly fault: string };

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
      // Warmer after a fault: at the same temperature small models say the same again.
      const warmth = temperature + (tries - 1) * 0.3;
      const asked = { maxTokens: tokensFor(task.size), temperature: warmth };
      const said = await say(desk.model, task.system ?? coderSystem, messages, asked);
      tally.asked += 1;
      const laid = await layBlocks(said, task.start, desk.sources, task);
      const digest = 'draft' in laid ? digestOfDraft(laid.draft) : said.text;
      const judged = seen.has(digest)
        ? 'repeated'
        : 'draft' in laid
          ? await task.judge(laid.draft)
          : laid;
      seen.add(digest);
      desk.tell({ kind: 'rewrite.tried', data: factsOf(task, warmth, tries, judged) });
      if (judged === 'repeated') {
        tally.repeated += 1;
        break;
      }
      if ('draft' in judged) return judged.draft;
      messages = said.cutOff
        ? [shorter(task.brief)]
        : [first, ...corrected(said.text, judged.fault)];
    }
  }
  return undefined;
}

function factsOf(
  { step }: Task,
  temperature: number,
  tries: number,
  judged: Judged | 'repeated',
): Record<string, unknown> {
  const state = judged === 'repeated' ? judged : 'draft' in judged ? 'taken' : 'faulty';
  const fault = judged !== 'repeated' && 'fault' in judged ? judged.fault.slice(0, 200) : undefined;
  return { step, temperature, tries, state, ...(fault === undefined ? {} : { fault }) };
}

/** A reply without an end is not shown again: a small model would go on with it. */
function shorter(brief: string) {
  return message('user', `${brief}\n\nKeep it short: what is asked for here, once, and then stop.`);
}

/** Only the last try: a long history of faults leads a small model astray. */
function corrected(said: string, fault: string) {
  return [message('assistant', said), message('user', again(fault))];
}

function again(fault: string): string {
  return `That is not right yet:\n\n${fault}\n\nThink about why, and write it again, whole, with the mistake put right.`;
}

/** The files with room to grow, and no more: a small model that falls into a loop only stops here. */
function tokensFor(characters: number): number {
  return Math.min(8000, 400 + Math.ceil(characters * 0.45));
}
