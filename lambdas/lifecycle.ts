import middy from '@middy/core';
import { composeAccess, composePorts } from '../lib/aws/compose.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { NotFound } from '../lib/domain/errors.ts';
import { steps } from '../lib/services/lifecycle/steps.ts';

/** What the state machine sends: the step's name, and the step's own input. */
interface StepEvent {
  readonly step: string;
  readonly run: string;
}

const environment = functionEnvironment(process.env);
const ports = composePorts(environment, composeAccess(environment));

/** A step of the lifecycle. What it throws reaches the state machine by its name. */
export const handler = middy<StepEvent>().handler(async ({ step: name, ...payload }) => {
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
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
