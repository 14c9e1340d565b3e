import middy from '@middy/core';
import { composeAccess, composePorts } from '../lib/aws/compose.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { entranceOf } from '../lib/aws/remote-publisher.ts';
import { askedBy } from '../lib/services/lifecycle/entrances.ts';

const environment = functionEnvironment(process.env);
const ports = composePorts(environment, composeAccess(environment));

/**
 * A step of the lifecycle, or by an entrance what that takes, which is checked. What it throws reaches who called by its
 * name.
 */
export const handler = middy<unknown>().handler(async (event, { invokedFunctionArn }) => {
  const { step, run, work } = askedBy(entranceOf(invokedFunctionArn), event);
  try {
    const result = (await work(ports)) ?? {};
    console.log(JSON.stringify({ run, step, result: 'done' }));
    return result;
  } catch (error) {
    const { name: fault, message } = error as Error;
    console.error(JSON.stringify({ run, step, error: fault, message }));
    throw error;
  }
});
