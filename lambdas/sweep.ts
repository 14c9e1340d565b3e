import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import { callLimits } from '../lib/aws/call-limits.ts';
import { composeAccess, composePorts } from '../lib/aws/compose.ts';
import { composeStores } from '../lib/aws/compose-stores.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { stepFunctions } from '../lib/aws/executions.ts';
import { remoteInstallations } from '../lib/aws/remote-minter.ts';
import { remoteSettle } from '../lib/aws/remote-publisher.ts';
import { runSettings } from '../lib/aws/run-settings.ts';
import { sandboxTasks } from '../lib/aws/sandbox-tasks.ts';
import { ConfigInvalid } from '../lib/domain/errors.ts';
import { readNewComments } from '../lib/github/new-comments.ts';
import { readTriggerFacts } from '../lib/github/trigger-facts.ts';
import { readWaitingIssues } from '../lib/github/waiting-issues.ts';
import { nextRepositories } from '../lib/services/intake/next-repositories.ts';
import { reconcile } from '../lib/services/intake/reconcile.ts';
import { tend } from '../lib/services/keep-outlet.ts';
import { sweepAccount } from '../lib/services/sweep-account.ts';

/*
 * The function has 240 s, and its parts these shares of them, in milliseconds. A service that does not answer is asked
 * again up to four times.
 */
const answerMs = 5_000;
/** What is not there or gone by then is gone on with by the next call. */
const tendMs = 45_000;
/** The publisher goes on with what nobody waits for any more; the next look finds it done. */
const settleMs = 30_000;
/** After the begin of the sweep no run's end is begun any more, however many wait for it. */
const settleUntilMs = 110_000;
/** After the begin of the sweep no repository is looked at any more. */
const lookUntilMs = 200_000;

const environment = functionEnvironment(process.env);
const access = composeAccess(environment);
const stored = composeStores(environment);
const ports = composePorts(environment, access, stored);
const fleet = sandboxTasks(new ECSClient(callLimits(answerMs)), environment.needed('cluster'));
const executions = stepFunctions({
  client: new SFNClient(callLimits(answerMs)),
  stateMachineArn: environment.needed('stateMachine'),
});
const named = environment.given('repositories')?.split(',');
const installed = remoteInstallations({
  lambda: new LambdaClient(callLimits(90_000)),
  functionName: environment.needed('mintFunction'),
});

const publisherSettles = remoteSettle({
  // Longer than it is waited for: a call without an answer would be made again, while the first is still at work.
  lambda: new LambdaClient(callLimits(2 * settleMs)),
  functionName: environment.needed('publisherEntrance'),
  withinMs: settleMs,
});

/** The publisher ends a run: it alone may say so on GitHub. What it can't now, it can at the next look. */
async function settle(...about: Parameters<typeof publisherSettles>): Promise<void> {
  await publisherSettles(...about).catch((error: unknown) => {
    if (error instanceof ConfigInvalid) throw error;
    console.error(JSON.stringify({ run: about[0], settle: String(error) }));
  });
}

/** How endpoints and proxy stand now; undefined in tier `dns`, which has none. */
async function tendOutlet(holder: string) {
  const place = environment.given('outlet');
  if (place === undefined) return undefined;
  // Loaded where it is needed: EC2's client is as large as all the rest.
  const { composeOutlet } = await import('../lib/aws/compose-outlet.ts');
  const outlet = composeOutlet(place, stored.table, holder);
  const { runs, pauses } = ports;
  return tend({ ...outlet, runs, pauses }, Date.now() + tendMs);
}

function look(until: number): Promise<number> {
  return reconcile(ports, {
    repositories: async () => named ?? nextRepositories(ports, installed),
    waitingIssues: (repository, cursor) => readWaitingIssues(access, repository, cursor),
    newComments: (repository, cursor) => readNewComments(access, repository, cursor),
    readFacts: (intent) => readTriggerFacts(access, intent),
    settings: runSettings(environment),
    log: (line) => console.error(JSON.stringify({ reconcile: line })),
    signal: AbortSignal.timeout(Math.min(120_000, Math.max(0, until - Date.now()))),
  });
}

/** Finishes what was left half done, and finds what no delivery told. */
export const handler = middy().handler(async (_event, { awsRequestId }) => {
  const begin = Date.now();
  await sweepAccount({
    ...{ ports, executions, settle, fleet, settleUntil: begin + settleUntilMs },
    tendOutlet: () => tendOutlet(awsRequestId),
    reconcile: () => look(begin + lookUntilMs),
    log: (told) => console.log(JSON.stringify(told)),
  });
});
