// Probot with no app in it, so that it verifies and nothing else: `node probot-entry.ts FOLDER SECRET`.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tellParent } from './child.ts';

const [folder = '', secret = ''] = process.argv.slice(2);
const entry = join(folder, 'node_modules', 'probot', 'lib', 'index.js');
const { createNodeMiddleware, createProbot } = await import(pathToFileURL(entry).href);
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const overrides = { appId: 1, privateKey, secret, logLevel: 'fatal' };
const probot = createProbot({ overrides, env: {} });
const listener: RequestListener = await createNodeMiddleware(() => undefined, { probot });
const server = createServer(listener).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tellParent(`http://127.0.0.1:${port}/api/github/webhooks`);
});
