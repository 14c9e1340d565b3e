import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import { composeAccess, composePorts } from '../lib/aws/compose.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { stepFunctions } from '../lib/aws/executions.ts';
import { runSettings } from '../lib/aws/run-settings.ts';
import { readTriggerFacts } from '../lib/github/trigger-facts.ts';
import { dispatch } from '../lib/services/dispatcher.ts';
import { drainInbox } from '../lib/services/intake/drain.ts';

const environment = functionEnvironment(process.env);
const access = composeAccess(environment);
const ports = composePorts(environment, access);
const executions = stepFunctions({
  client: new SFNClient({}),
  stateMachineArn: environment.needed('stateMachine'),
});
const intake = {
  readFacts: (intent: Parameters<typeof readTriggerFacts>[1]) => readTriggerFacts(access, intent),
  settings: runSettings(environment),
};

/**
 * Does what the inbox asks for and starts runs while there are slots. Called by the table's stream and by a
 * schedule; what it is called with only says that it is time to look.
 */
export const handler = middy().handler(async () => {
  const { done, waiting } = await drainInbox(ports, intake);
  for (const { delivery, note } of done) console.log(JSON.stringify({ delivery, note }));
  const started = await dispatch(ports, {
    capacity: Number(environment.given('capacity') ?? 2),
    definition: environment.needed('definition'),
  });
  for (const run of started) await executions.start(run);
  console.log(JSON.stringify({ waiting, started: started.map(({ id }) => id) }));
});
