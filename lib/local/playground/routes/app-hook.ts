import { generateKeyPairSync, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type AppCall, parseBody, type Reply, type Route } from '../api.ts';
import { notFound } from '../errors.ts';
import { shapeApp } from '../present/repository.ts';
import { clientIdOf } from '../tokens.ts';
import type { Delivery } from '../webhooks.ts';

/** The App that there is gets a key, and a webhook, of its own: the playground has one App. */
function convert({ world, params }: AppCall): Reply {
  const manifest = world.manifests.redeem(params.code ?? '');
  if (manifest === undefined) throw notFound();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  world.tokens.useAppKey(publicKey);
  const secret = randomBytes(20).toString('hex');
  const { hook_attributes: hook, default_events: events, default_permissions } = manifest;
  if (hook?.active) world.webhooks.addOfApp({ url: hook.url, secret, events });
  const body = {
    ...shapeApp(world, default_permissions),
    ...{ name: manifest.name, external_url: manifest.url, events },
    client_id: clientIdOf(world.app),
    client_secret: randomBytes(20).toString('hex'),
    webhook_secret: hook === undefined ? null : secret,
    pem: privateKey,
  };
  return { status: 201, body };
}

const configSchema = z.object({
  url: z.url().optional(),
  secret: z.string().optional(),
  content_type: z.string().optional(),
});

function changeHook({ world, body }: AppCall): Reply {
  const { url, secret } = parseBody(configSchema, body);
  const hook = world.webhooks.changeOfApp({ ...(url && { url }), ...(secret && { secret }) });
  if (hook === undefined) throw notFound();
  const config = { content_type: 'json', insecure_ssl: '0', secret: '********', url: hook.url };
  return { status: 200, body: config };
}

function shapeDelivery(delivery: Delivery, n: number) {
  const { guid, deliveredAt, redelivery, status, statusCode, event, action } = delivery;
  return {
    id: 12345678 + n,
    guid,
    delivered_at: deliveredAt,
    redelivery,
    duration: 0.1,
    status,
    status_code: statusCode,
    event,
    action: action ?? null,
    installation_id: null,
    repository_id: null,
    throttled_at: null,
  };
}

/** How an App comes to be, and its webhook. */
export const appHookRoutes: readonly Route[] = [
  { method: 'POST', path: '/app-manifests/:code/conversions', need: 'anyone', handle: convert },
  { method: 'PATCH', path: '/app/hook/config', need: 'app', handle: changeHook },
  {
    method: 'GET',
    path: '/app/hook/deliveries',
    need: 'app',
    handle: ({ world }) => ({
      status: 200,
      body: world.webhooks.deliveries().map(shapeDelivery).reverse().slice(0, 30),
    }),
  },
];
