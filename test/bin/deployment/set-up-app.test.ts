import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openManifestPage } from '../../../bin/deployment/manifest-page.ts';
import { setUpApp } from '../../../bin/deployment/set-up-app.ts';
import { appRecords } from '../../../lib/aws/app-record.ts';
import { ConfigInvalid, StorageFailed } from '../../../lib/domain/errors.ts';
import { apiOf, appManifest, lookAtApp, newAppUrl } from '../../../lib/github/app-manifest.ts';
import { type Playground, startPlayground } from '../../../lib/local/playground/playground.ts';
import { startParameters } from '../../aws/parameter-wire.ts';
import { agreeTo, formIn, post } from '../../local/playground/manifest.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';

let github: Playground;
beforeAll(async () => {
  github = await startPlayground({ dataDir: freshFolder() });
});
afterAll(() => github.close());

const secretParameter = '/entropy/entropy/webhook-secret';
const webhookUrl = 'http://127.0.0.1:9/github/webhook';

/** A browser, and whoever sits before it: opens the page, goes on to GitHub, agrees, comes back. */
async function browse(url: string): Promise<number> {
  const first = formIn(await (await fetch(url)).text());
  const shown = formIn((await post(first.action, first.fields)).html);
  const back = await post(new URL(shown.action, github.url).toString(), shown.fields);
  return (await fetch(back.location)).status;
}

async function agree(): Promise<string> {
  const page = await openManifestPage({
    port: 0,
    action: (state) => newAppUrl(github.url, state),
    manifest: (redirectUrl) =>
      appManifest({ name: 'entropy-agents', homepage: github.url, webhookUrl, redirectUrl }),
  });
  try {
    expect(await browse(page.url)).toBe(200);
    return await page.code;
  } finally {
    page.close();
  }
}

async function account(fault?: Parameters<typeof startParameters>[0]) {
  const { ssm, values } = await startParameters(fault);
  const keys: string[] = [];
  const told: string[] = [];
  const records = appRecords(ssm, 'entropy');
  const options = {
    ...{ records, apiUrl: apiOf(github.url), webhookUrl, secretParameter, agree },
    importKey: async (pem: string) => void keys.push(pem),
    log: (line: string) => void told.push(line),
  };
  return { options, values, keys, told };
}

test('an App is made over GitHub’s own pages; its key and secret reach their stores and nothing else', async () => {
  const { options, values, keys, told } = await account();
  const record = await setUpApp(options);
  expect(record).toMatchObject({ id: github.app.id, keyed: true });
  const [pem = ''] = keys;
  expect(createPrivateKey(pem).asymmetricKeyType).toBe('rsa');
  expect(await lookAtApp(options.apiUrl, { appId: record.id, privateKey: pem })).toMatchObject({
    slug: record.slug,
  });
  const secret = values.get(secretParameter);
  expect(secret?.type).toBe('SecureString');
  const open = [...values].filter(([name]) => name !== secretParameter);
  for (const text of [JSON.stringify(open), told.join()]) {
    expect(text).not.toContain(secret?.value);
    expect(text).not.toContain('PRIVATE KEY');
  }
  const again = await setUpApp({ ...options, agree: () => Promise.reject(new Error('asked')) });
  expect(again).toEqual(record);
  expect(keys).toHaveLength(1);
});

test('cut off before the key is stored, it asks for a new key, and that one brings all that is missing', async () => {
  const { options, values, keys } = await account((operation, name) =>
    operation === 'AmazonSSM.PutParameter' && name === secretParameter && keys.length === 0
      ? { status: 500, body: { __type: 'InternalServerError' } }
      : undefined,
  );
  const watched = { ...options, importKey: async () => Promise.reject(new Error('not reached')) };
  await expect(setUpApp(watched)).rejects.toThrow(StorageFailed);
  await expect(setUpApp(options)).rejects.toThrow(
    /was made, and its key never arrived: make a private key on .*--app-key-file/,
  );
  // The key that a person would download anew: the playground's App takes the newest that was made.
  const other = await account();
  await setUpApp(other.options);
  const [pem = ''] = other.keys;
  keys.push('the fault is over');
  const record = await setUpApp({ ...options, given: { pem } });
  expect(record.keyed).toBe(true);
  expect(keys.at(-1)).toBe(pem);
  expect(values.get(secretParameter)?.value).toMatch(/^[0-9a-f]{64}$/);
}, 120_000);

test('a key of another App is not taken', async () => {
  const { options, keys } = await account();
  const bad = { ...options, given: { id: 7, pem: 'no key' } };
  await expect(setUpApp(bad)).rejects.toThrow(ConfigInvalid);
  expect(keys).toEqual([]);
});

test('the page takes back only whom it sent away, and speaks to its own address alone', async () => {
  const page = await openManifestPage({
    port: 0,
    action: (state) => newAppUrl(github.url, state, 'octo-org'),
    manifest: (redirectUrl) =>
      appManifest({ name: 'entropy-agents', homepage: github.url, webhookUrl, redirectUrl }),
  });
  const form = formIn(await (await fetch(page.url)).text());
  expect(form.action).toMatch(/\/organizations\/octo-org\/settings\/apps\/new\?state=[\w-]{43}$/);
  const forged = await fetch(`${page.url}made?code=abc&state=guessed`);
  expect(forged.status).toBe(403);
  expect((await fetch(`${page.url}made?code=abc`)).status).toBe(403);
  const { port } = new URL(page.url);
  const manifest = JSON.parse(form.fields.get('manifest') ?? '{}');
  expect(manifest).toMatchObject({
    ...{ redirect_url: `http://127.0.0.1:${port}/made`, public: false },
    hook_attributes: { url: webhookUrl, active: true },
    default_permissions: { contents: 'write', metadata: 'read' },
  });
  const path = new URL(form.action);
  const back = await agreeTo(github.url, `${path.pathname}${path.search}`, manifest);
  expect((await fetch(back)).status).toBe(200);
  expect(await page.code).toBe(back.searchParams.get('code'));
  page.close();
});
