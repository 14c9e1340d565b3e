import { KMSClient } from '@aws-sdk/client-kms';
import middy from '@middy/core';
import { kmsAppSign } from '../lib/aws/app-key.ts';
import { callLimits } from '../lib/aws/call-limits.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import { inspectGitHub } from '../lib/github/inspect.ts';
import { installedBatch } from '../lib/github/installed-repositories.ts';
import { minter } from '../lib/github/minter.ts';
import { answerMint } from '../lib/services/minting.ts';

const environment = functionEnvironment(process.env);
const cap = environment.needed('mintCeiling') === 'write' ? 'write' : 'read';
const app = {
  appId: environment.needed('appId'),
  sign: kmsAppSign(new KMSClient(callLimits(5_000)), environment.needed('appKey')),
  apiUrl: environment.needed('githubApi'),
};
const mint = minter(app);
const looks = {
  installed: (cursor?: string) => installedBatch(app, cursor),
  inspect: (repository?: string) => {
    const { apiUrl } = app;
    return inspectGitHub({ apiUrl, app, ...(repository === undefined ? {} : { repository }) });
  },
};

/**
 * A token for one repository with the permissions asked for, up to this function's cap, which is never logged; or where
 * the App is installed, and how it stands.
 */
export const handler = middy<unknown>().handler((request) => answerMint(cap, mint, looks, request));
