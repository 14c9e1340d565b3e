import middy from '@middy/core';
import { composeAccess, composePorts } from '../lib/aws/compose.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { clockSkewMs } from '../lib/domain/claim.ts';
import { NotFound } from '../lib/domain/errors.ts';
import { type Step, steps } from '../lib/services/lifecycle/steps.ts';
import { answerCommand } from '../lib/services/publisher/answer-command.ts';
import { tellQueue } from '../lib/services/publisher/tell-queue.ts';

/** What the state machine or another function sends: the step's name, and the step's own input. */
interface StepEvent {
  readonly step: string;
  readonly run?: string;
}

const environment = functionEnvironment(process.env);
const ports = composePorts(environment, composeAccess(environment));

/** What the publisher says where no run is walked. */
const signs: Readonly<Record<string, Step>> = {
  AnswerCommand: answerCommand,
  TellQueue: (ports, { capacity }: { readonly capacity: number }) => {
    const log = (line: string) => console.error(JSON.stringify({ queue: line }));
    return tellQueue(ports, { capacity, skewMs: clockSkewMs, log });
  },
};
const known = { ...steps, ...signs };

/** A step of the lifecycle, or a sign. What it throws reaches the state machine by its name. */
export const handler = middy<StepEvent>().handler(async ({ step: name, ...payload }) => {
  const step = Object.hasOwn(known, name) ? known[name] : undefined;
  if (step === undefined) throw new NotFound(`the lifecycle has no step ${name}`);
  const { run } = payload;
  try {
    const result = (await step(ports, payload as never)) ?? {};
    console.log(JSON.stringify({ run, step: name, result: 'done' }));
    return result;
  } catch (error) {
    const { name: fault, message } = error as Error;
    console.error(JSON.stringify({ run, step: name, error: fault, message }));
    throw error;
  }
});
