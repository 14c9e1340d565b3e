import { environmentNames as names } from '../aws/environment-names.ts';
import type { Deployment } from './deployment.ts';
import type { Granted } from './grants.ts';
import { definitionDigest } from './state-machine.ts';

/** Sets what functions read of their environment: names of things, nothing secret. */
export function tellFunctions(parts: Granted, deployment: Deployment): void {
  const { functions, table, ledger, signerKey, appKey, parameters } = parts;
  const { stateMachine, cluster } = parts;
  const nameOf = (name: 'mint-read' | 'mint-write') => functions.of(name).function.functionName;
  const all = ['dispatch', 'lifecycle', 'close-stage', 'gateway', 'sweep'] as const;
  functions.tell([...all, 'webhook'], { [names.table]: table.table.tableName });
  functions.tell([...all, 'ledger-writer'], { [names.ledgerBucket]: ledger.bucket.bucketName });
  functions.tell(['dispatch', 'lifecycle', 'sweep'], { [names.signerKey]: signerKey.key.ref });
  functions.tell(['mint-read', 'mint-write'], {
    [names.appKey]: appKey.key.ref,
    ...(deployment.appId === undefined ? {} : { [names.appId]: deployment.appId }),
  });
  functions.tell(['mint-read'], { [names.mintCeiling]: 'read' });
  functions.tell(['mint-write'], { [names.mintCeiling]: 'write' });
  functions.tell(['dispatch', 'lifecycle', 'gateway', 'sweep', 'mint-read', 'mint-write'], {
    [names.githubApi]: deployment.githubApi,
  });
  functions.tell(['dispatch', 'gateway', 'sweep'], { [names.mintFunction]: nameOf('mint-read') });
  functions.tell(['lifecycle'], { [names.mintFunction]: nameOf('mint-write') });
  functions.tell(['webhook'], {
    [names.webhookSecret]: parameters.webhookSecret,
    [names.webhookSecretPrevious]: parameters.webhookSecretPrevious,
  });
  functions.tell(['gateway'], {
    [names.anthropicKey]: parameters.anthropicKey,
    [names.openaiKey]: parameters.openaiKey,
    [names.compatibleKey]: parameters.compatibleKey,
  });
  functions.tell(['dispatch', 'sweep'], {
    [names.stateMachine]: stateMachine.attrArn,
    [names.definition]: definitionDigest,
    [names.capacity]: String(deployment.capacity),
    ...(deployment.runSettings ? { [names.runSettings]: deployment.runSettings } : {}),
    ...(deployment.repositories ? { [names.repositories]: deployment.repositories.join(',') } : {}),
  });
  functions.tell(['lifecycle'], {
    [names.egressTier]: deployment.tier,
    [names.exposure]: deployment.tier === 'proxied' || deployment.acceptPrivate ? 'any' : 'public',
  });
  functions.tell(['dispatch'], {
    [names.publisherEntrance]: functions.entrances.arnOf('signs'),
    [names.failuresQueue]: parts.failures.queueUrl,
  });
  functions.tell(['sweep'], { [names.publisherEntrance]: functions.entrances.arnOf('settling') });
  functions.tell(['sweep'], { [names.cluster]: cluster.attrArn });
}
