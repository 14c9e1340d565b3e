import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { composeAccess, composePorts } from '../lib/aws/compose.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { parameterSecrets } from '../lib/aws/secrets.ts';
import { functionUrlBodyBytes, gatewayServer } from '../lib/aws/serve-gateway.ts';
import type { Ports } from '../lib/domain/ports.ts';
import { gitHubUploadPack } from '../lib/github/upload-pack.ts';
import { keysFor } from '../lib/providers/keys.ts';
import { priceOf } from '../lib/providers/prices.ts';
import { providerOf, relayOf } from '../lib/providers/provider.ts';
import { gitProxy } from '../lib/services/gateway/git-proxy.ts';
import { gatewayRoutes, runOfSession } from '../lib/services/gateway/routes.ts';
import { wireGateway } from '../lib/services/gateway/wire/wire-gateway.ts';
import { baseOf } from '../lib/services/lifecycle/run-facts.ts';
import { stageInput } from '../lib/services/lifecycle/stage-input.ts';

const environment = functionEnvironment(process.env);
const access = composeAccess(environment);
const keys = parameterSecrets(new SSMClient({}), {
  anthropicKey: environment.needed('anthropicKey'),
  openaiKey: environment.needed('openaiKey'),
  compatibleKey: environment.needed('compatibleKey'),
});
const log = (line: string) => console.error(JSON.stringify({ gateway: line }));
const secrets = async () => Object.fromEntries(await keys.values());
const ports: Ports = {
  ...composePorts(environment, access),
  provider: (choice, run) => async (call) =>
    providerOf(choice, keysFor(run, await secrets()))(call),
};

/** The one service that a sandbox can talk to. */
export const handler = middy<LambdaFunctionURLEvent>({
  executionMode: executionModeStreamifyResponse,
}).handler(
  gatewayServer({
    routeOf: gatewayRoutes({
      ports,
      priceOf,
      inputOf: (stage) => stageInput(ports, stage),
      bodyBytes: functionUrlBodyBytes,
    }),
    runOf: async (authorization) => {
      const run = await runOfSession(ports, authorization);
      return { ...run, commit: baseOf(run).commit };
    },
    wire: wireGateway({
      ports,
      priceOf,
      relayOf: (choice, run) => async (call) =>
        relayOf(choice, keysFor(run, await secrets()))(call),
      log,
    }),
    git: gitProxy({ uploadPack: gitHubUploadPack(access), log }),
    patienceMs: 10_000,
    log,
  }),
);
