import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import type { PlaygroundOptions } from '../../../lib/local/playground/playground.ts';
import { type Playground, startPlayground } from '../../../lib/local/playground/playground.ts';
import type { SeededRepository } from '../../../lib/local/playground/seed.ts';
import { type Conformance, createConformance } from './openapi/conformance.ts';

/** The App's key pair, PEM. */
export const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

export const repo = { owner: 'acme', repo: 'widgets' };

export interface Running {
  readonly playground: Playground;
  readonly seeded: SeededRepository;
  readonly dir: string;
  /** What was said so far, held against GitHub's own descriptions. */
  readonly conformance: Conformance;
  /** As the App itself, with its JSON web token. */
  readonly app: Octokit;
  /** As an installation, with a token from the API. */
  installation(permissions?: Record<string, string>): Promise<Octokit>;
  /** As a person. */
  user(login: string): Promise<Octokit>;
  /** Fails where the playground has said something that GitHub would not. */
  stop(): Promise<void>;
}

/** A playground with one repository: `mia` may write, `rob` read, `sam` nothing. */
export async function startRunning(
  options: Partial<PlaygroundOptions> & { readonly private?: boolean } = {},
): Promise<Running> {
  const dir = await mkdtemp(join(tmpdir(), 'playground-'));
  const { private: hidden = true, ...rest } = options;
  const conformance = createConformance();
  const playground = await startPlayground({
    dataDir: join(dir, 'data'),
    appPublicKey: keys.publicKey,
    observer: conformance.observer,
    ...rest,
  });
  const seeded = await playground.seedRepository({
    owner: repo.owner,
    name: repo.repo,
    private: hidden,
    files: { 'README.md': '# Widgets\n', 'src/sum.js': 'export const sum = (a, b) => a - b;\n' },
    collaborators: { mia: 'write', rob: 'read' },
  });
  await playground.addAccount('sam');
  const client = (auth?: string) =>
    new Octokit({ baseUrl: playground.apiUrl, ...(auth ? { auth } : {}) });
  const app = new Octokit({
    baseUrl: playground.apiUrl,
    authStrategy: createAppAuth,
    auth: { appId: playground.app.id, privateKey: keys.privateKey },
  });
  return {
    playground,
    seeded,
    dir,
    conformance,
    app,
    async installation(permissions) {
      const { data } = await app.request(
        'POST /app/installations/{installation_id}/access_tokens',
        {
          installation_id: seeded.installationId,
          repositories: [repo.repo],
          ...(permissions ? { permissions } : {}),
        },
      );
      return client(data.token);
    },
    user: async (login) => client(await playground.userToken(login)),
    async stop() {
      await playground.close();
      await rm(dir, { recursive: true, force: true });
      expect(conformance.faults).toEqual([]);
    },
  };
}

/** The status of a request that must fail, and GitHub's message. */
export async function failure(
  request: Promise<unknown>,
): Promise<{ status: number; message: string; errors?: unknown }> {
  try {
    await request;
  } catch (error) {
    const { status, response } = error as { status: number; response?: { data?: object } };
    return { ...(response?.data as { message: string }), status };
  }
  throw new Error('the request was not refused');
}
