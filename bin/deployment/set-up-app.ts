import { randomBytes } from 'node:crypto';
import type { AppRecord, AppRecords } from '../../lib/aws/app-record.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { convertManifest, lookAtApp, setHook } from '../../lib/github/app-manifest.ts';

/** What setting up the App stands on. */
export interface SetUpOptions {
  readonly records: AppRecords;
  readonly apiUrl: string;
  readonly webhookUrl: string;
  /** The parameter that the webhook's secret is kept in. */
  readonly secretParameter: string;
  /** Gives the App's private key (PEM) to KMS, for good. */
  readonly importKey: (pem: string) => Promise<void>;
  /** Leads somebody through GitHub's pages; gives the code. */
  readonly agree: () => Promise<string>;
  /** An App that there is, and its key (PEM). */
  readonly given?: { readonly id?: number; readonly pem: string } | undefined;
  readonly log: (line: string) => void;
}

/**
 * Makes the App, or goes on where that broke off: what was done is found again and not done twice. Key and secret go from
 * GitHub to their stores and are nowhere else. Throws `ConfigInvalid` where the key was lost on its way and a new one is
 * needed, `ForgeFailed`, `StorageFailed`.
 */
export async function setUpApp(options: SetUpOptions): Promise<AppRecord> {
  const { records, secretParameter, given, log } = options;
  const found = await records.read();
  const hasSecret = await records.hasSecret(secretParameter);
  if (found?.keyed && hasSecret && given === undefined) {
    log(`the App ${found.slug} is set up already: ${found.url}`);
    return found;
  }
  if (given !== undefined) return takeGiven(options, given, found);
  if (found === undefined) return makeNew(options);
  throw new ConfigInvalid(
    `the App ${found.slug} was made, and its key never arrived: make a private key on ${found.url} (General, Private keys), and go on with "entropy init --app-key-file FILE"`,
  );
}

/** The number first, then the secret, then the key: whatever is cut off, a new key brings all that is missing. */
async function makeNew(options: SetUpOptions): Promise<AppRecord> {
  const { records, apiUrl, log } = options;
  const code = await options.agree();
  const { pem, webhookSecret, ...app } = await convertManifest(apiUrl, code);
  log(`GitHub made the App ${app.slug}`);
  const record = { ...app, apiUrl, keyed: false };
  await records.write(record);
  await records.putSecret(options.secretParameter, webhookSecret);
  log("the webhook's secret is in SSM");
  return keyed(options, record, pem);
}

/** By the App's own key: its number is found, its webhook set. */
async function takeGiven(
  options: SetUpOptions,
  given: NonNullable<SetUpOptions['given']>,
  found: AppRecord | undefined,
): Promise<AppRecord> {
  const { records, apiUrl, webhookUrl, secretParameter, log } = options;
  const appId = given.id ?? found?.id;
  if (appId === undefined) throw new ConfigInvalid("give the App's number too: --app-id N");
  const identity = { appId, privateKey: given.pem };
  const app = await lookAtApp(apiUrl, identity);
  if (found !== undefined && found.id !== app.id) {
    throw new ConfigInvalid(
      `the key is of the App ${app.slug}, and this deployment's is ${found.slug}`,
    );
  }
  const record = { ...app, apiUrl, keyed: found?.keyed ?? false };
  await records.write(record);
  if (found === undefined || !(await records.hasSecret(secretParameter))) {
    const secret = randomBytes(32).toString('hex');
    await records.putSecret(secretParameter, secret);
    await setHook(apiUrl, identity, { url: webhookUrl, secret });
    log("the webhook's secret is in SSM, and at GitHub");
  }
  return keyed(options, record, given.pem);
}

async function keyed(
  { records, importKey, log }: SetUpOptions,
  record: AppRecord,
  pem: string,
): Promise<AppRecord> {
  await importKey(pem);
  const done = { ...record, keyed: true };
  await records.write(done);
  log("the App's key is in KMS, where nobody can read it");
  return done;
}
