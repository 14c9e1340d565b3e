import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { callLimits } from '../lib/aws/call-limits.ts';
import { composeAccess, composePorts } from '../lib/aws/compose.ts';
import { composeStores } from '../lib/aws/compose-stores.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { stepFunctions } from '../lib/aws/executions.ts';
import { keepGivenUp } from '../lib/aws/given-up.ts';
import { remotePublisher } from '../lib/aws/remote-publisher.ts';
import { runSettings } from '../lib/aws/run-settings.ts';
import { readTriggerFacts } from '../lib/github/trigger-facts.ts';
import { dispatch } from '../lib/services/dispatcher.ts';
import { drainInbox } from '../lib/services/intake/drain.ts';
import { bringUp } from '../lib/services/keep-outlet.ts';

const environment = functionEnvironment(process.env);
const access = composeAccess(environment);
const stored = composeStores(environment);
const ports = composePorts(environment, access, stored);
const executions = stepFunctions({
  client: new SFNClient({}),
  stateMachineArn: environment.needed('stateMachine'),
});
const capacity = Number(environment.given('capacity') ?? 2);
/** It alone may say anything on GitHub. */
const publisher = remotePublisher({
  lambda: new LambdaClient(callLimits(120_000)),
  functionName: environment.needed('publisherEntrance'),
});
const giveUp = {
  queues: new SQSClient(callLimits(5_000)),
  QueueUrl: environment.needed('failuresQueue'),
  now: Date.now,
  write: (line: string) => void process.stdout.write(line),
};
const intake = {
  readFacts: (intent: Parameters<typeof readTriggerFacts>[1]) => readTriggerFacts(access, intent),
  settings: runSettings(environment),
  reply: publisher.reply,
};

/** Time that is left for starting runs, in milliseconds. */
const marginMs = 20_000;

/** In tier `proxied` runs wait in the queue until their sandboxes can start; the clock's next call looks again. */
async function canStart({ awsRequestId, getRemainingTimeInMillis }: Context): Promise<boolean> {
  const place = environment.given('outlet');
  if (place === undefined) return true;
  if ((await ports.runs.list({ status: ['queued'], limit: 1 })).length === 0) return true;
  // Loaded where it is needed: EC2's client is as large as all the rest.
  const { composeOutlet } = await import('../lib/aws/compose-outlet.ts');
  const outlet = composeOutlet(place, stored.table, awsRequestId);
  const giveUpAt = Date.now() + getRemainingTimeInMillis() - marginMs;
  const state = await bringUp({ ...outlet, pauses: ports.pauses }, giveUpAt);
  if (state !== 'ready') console.error(JSON.stringify({ outlet: state }));
  return state === 'ready';
}

/** What could not be begun is told so on its issue; the clock's next call looks again. */
async function tellWaiting(): Promise<void> {
  const waiting = await ports.runs.list({ status: ['queued', 'ending'], limit: 1 });
  if (waiting.length === 0) return;
  await publisher
    .tellQueue(capacity)
    .catch((error: unknown) => console.error(JSON.stringify({ queue: String(error) })));
}

/**
 * Does what the inbox asks for and starts runs while there are slots. Called by the table's stream and by a
 * schedule; what it is called with only says that it is time to look.
 */
export const handler = middy().handler(async (_event, context) => {
  const { functionName } = context;
  const keep = keepGivenUp({ ...giveUp, functionName });
  const { done, waiting } = await drainInbox(ports, { ...intake, giveUp: keep });
  for (const { delivery, note } of done) console.log(JSON.stringify({ delivery, note }));
  const definition = environment.needed('definition');
  const started = (await canStart(context)) ? await dispatch(ports, { capacity, definition }) : [];
  for (const run of started) await executions.start(run);
  await tellWaiting();
  console.log(JSON.stringify({ waiting, started: started.map(({ id }) => id) }));
});
