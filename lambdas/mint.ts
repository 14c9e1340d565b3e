import { KMSClient } from '@aws-sdk/client-kms';
import middy from '@middy/core';
import { kmsAppSign } from '../lib/aws/app-key.ts';
import { callLimits } from '../lib/aws/call-limits.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { minter } from '../lib/github/minter.ts';
import { mintWithin } from '../lib/services/minting.ts';

const environment = functionEnvironment(process.env);
const cap = environment.needed('mintCeiling') === 'write' ? 'write' : 'read';
const mint = minter({
  appId: environment.needed('appId'),
  sign: kmsAppSign(new KMSClient(callLimits(5_000)), environment.needed('appKey')),
  apiUrl: environment.needed('githubApi'),
});

/** A token for one repository with the permissions asked for, up to this function's cap. Never logged. */
export const handler = middy<unknown>().handler((request) => mintWithin(cap, mint, request));
