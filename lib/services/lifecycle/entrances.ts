import * as z from 'zod';
import { clockSkewMs } from '../../domain/claim.ts';
import type { Entrance } from '../../domain/entrance.ts';
import { NotFound, ScopeRefused } from '../../domain/errors.ts';
import type { Ports } from '../../domain/ports.ts';
import { answerCommand } from '../publisher/answer-command.ts';
import { commandReplySchema } from '../publisher/command-reply.ts';
import { tellQueue } from '../publisher/tell-queue.ts';
import { alone } from './alone.ts';
import { settle } from './settle.ts';
import { steps } from './steps.ts';

/** What was asked for, checked, and the run that it is about where it is about one. */
export interface Asked {
  readonly step: string;
  readonly run: string | undefined;
  readonly work: (ports: Ports) => Promise<unknown>;
}

type Work = (payload: unknown) => Asked['work'];

const queueSchema = z.strictObject({ capacity: z.int().min(1).max(1000) });

/** With an error alone: nobody but the walk itself brings a run to a good end. */
const settleSchema = z.strictObject({
  run: z.string().regex(/^r-[0-9a-f]{20}$/),
  state: z.strictObject({
    error: z.strictObject({ Error: z.string().max(256), Cause: z.string().max(100_000) }),
  }),
});

const log = (line: string) => console.error(JSON.stringify({ queue: line }));

/** All that each entrance takes. */
const taken: Readonly<Record<Entrance, Readonly<Record<string, Work>>>> = {
  signs: {
    AnswerCommand: (payload) => {
      const reply = read(commandReplySchema, payload);
      return (ports) => answerCommand(ports, reply);
    },
    TellQueue: (payload) => {
      const { capacity } = read(queueSchema, payload);
      return (ports) => tellQueue(ports, { capacity, skewMs: clockSkewMs, log });
    },
  },
  settling: {
    Settle: (payload) => {
      const input = read(settleSchema, payload);
      return (ports) => alone(ports, input.run, (held) => settle(held, input));
    },
  },
};

/**
 * What is asked for by an entrance, each step of a run as its one runner (`alone`); undefined is the lifecycle's own, which takes its steps alone. Throws `NotFound`
 * for a step that it does not have, `ScopeRefused` for what is not of the step's shape and for an entrance that there is not.
 */
export function askedBy(entrance: string | undefined, event: unknown): Asked {
  const { step = '', ...payload } = (event ?? {}) as { readonly step?: unknown; run?: unknown };
  const name = String(step);
  const run = typeof payload.run === 'string' ? payload.run : undefined;
  return { step: name, run, work: workOf(entrance, name, payload) };
}

function workOf(
  entrance: string | undefined,
  step: string,
  payload: { readonly run?: unknown },
): Asked['work'] {
  if (entrance === undefined) {
    const found = Object.hasOwn(steps, step) ? steps[step] : undefined;
    if (found === undefined) throw new NotFound(`the lifecycle has no step ${step}`);
    const run = String(payload.run);
    return (ports) => alone(ports, run, (held) => found(held, payload as never));
  }
  if (!Object.hasOwn(taken, entrance)) throw new ScopeRefused(`there is no entrance ${entrance}`);
  const works = taken[entrance as Entrance];
  const work = Object.hasOwn(works, step) ? works[step] : undefined;
  if (work === undefined) throw new NotFound(`the entrance ${entrance} does not take ${step}`);
  return work(payload);
}

function read<T>(schema: z.ZodType<T>, payload: unknown): T {
  const { data, error } = schema.safeParse(payload);
  if (error === undefined) return data as T;
  const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ScopeRefused(`not what the publisher takes: ${faults.join('; ')}`.slice(0, 500));
}
