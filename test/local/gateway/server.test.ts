import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { mirrorPathOf, sourceMirror } from '../../../lib/local/source/mirror.ts';
import { doors } from '../../services/gateway/doors.ts';
import { withWorld } from '../../services/gateway/gateway-fixture.ts';
import { freshFolder, repositoryOf } from '../source/git-fixture.ts';
import { clientOf, sessionFor, withGateway } from './client-fixture.ts';

const refused = { error: 'SessionRefused', message: 'no live session' };

describe('a boot code', () => {
  test('buys one session, which tells the stage, its limits and its deadline', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const { bootCode, stage } = await world.open('coder');
        const first = await clientOf(gateway).ask('POST', '/v1/session', { bootCode });
        expect(first.status).toBe(200);
        expect(first.body).toEqual({
          token: expect.stringMatching(/^entropy_session_[\w-]{43}$/),
          stage: { run: world.run.id, role: 'coder', round: 1, attempt: 1 },
          deadline: stage.deadline,
          limits: world.ports.limitsOf('coder'),
          bodyBytes: 32 * 1024 ** 2,
        });
        const second = await clientOf(gateway).ask('POST', '/v1/session', { bootCode });
        expect(second).toMatchObject({ status: 401, body: refused });
        expect(await world.events('session.opened')).toHaveLength(1);
      }),
    );
  });

  test('that is unknown, expired or malformed buys none', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const { bootCode } = await world.open('coder');
        world.ahead = 61_000;
        for (const body of [{ bootCode }, { bootCode: 'guess' }, { bootCode: 1 }, [], undefined]) {
          const reply = await clientOf(gateway).ask('POST', '/v1/session', body);
          expect(reply).toMatchObject({ status: 401, body: refused });
        }
      }),
    );
  });

  test('and the session it buys are nowhere on disk', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const { token } = await sessionFor(world, gateway, 'coder');
        const files = await readdir(world.dataDir, { recursive: true, withFileTypes: true });
        const kept = files.filter((entry) => entry.isFile());
        expect(kept.length).toBeGreaterThan(0);
        for (const { parentPath, name } of kept) {
          const bytes = await readFile(join(parentPath, name), 'latin1');
          expect(bytes).not.toContain(token);
          expect(bytes).not.toContain('boot-code-1');
        }
      }),
    );
  });
});

describe('a session', () => {
  test('is wanted by every route, and unknown routes are not found', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        for (const token of [undefined, 'guess']) {
          for (const [method, path] of doors) {
            const reply = await clientOf(gateway, token).ask(
              method,
              path,
              method === 'POST' ? {} : undefined,
            );
            expect([path, reply.status]).toEqual([path, 401]);
            // The wires refuse in their own protocols' words.
            if (!path.startsWith('/wire/')) expect(reply.body).toEqual(refused);
          }
        }
        for (const path of ['/', '/v1/input/', '/v1/toString', '/git/HEAD', '/git/../v1/inputs']) {
          expect((await clientOf(gateway).ask('GET', path)).status).toBe(404);
        }
      }),
    );
  });

  test('ends with its attempt, with a newer attempt, and with its deadline', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const first = await sessionFor(world, gateway, 'coder');
        expect((await first.ask('GET', '/v1/input')).status).toBe(200);
        const second = await sessionFor(world, gateway, 'coder');
        expect((await first.ask('GET', '/v1/input')).status).toBe(401);
        expect((await second.ask('GET', '/v1/input')).status).toBe(200);
        await world.ports.stages.close(second.grant.stage, Date.now(), []);
        expect((await second.ask('GET', '/v1/input')).status).toBe(401);
        const third = await sessionFor(world, gateway, 'coder');
        world.ahead = third.grant.deadline - Date.now() + 1000;
        expect((await third.ask('GET', '/v1/input')).status).toBe(401);
      }),
    );
  });

  test('is told what its role may know', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'reviewer', 2);
        const { body } = await session.ask('GET', '/v1/input');
        expect(body.stage).toEqual({ run: world.run.id, role: 'reviewer', round: 2, attempt: 1 });
      }),
    );
  });

  test('clones its own run at its base, over git', async () => {
    await withWorld({}, async (world) => {
      const repository = { forge: 'local', name: repositoryOf({ 'a.txt': 'hello\n' }) } as const;
      const run = { ...world.run, repository };
      const pinned = await sourceMirror({ dataDir: world.dataDir }).pin(run);
      const place = { mirrorPathOf: () => mirrorPathOf(world.dataDir, repository) };
      await withGateway(world, place, async (gateway) => {
        const session = await sessionFor(world, gateway, 'coder');
        const folder = freshFolder();
        const header = `http.extraHeader=Authorization: Bearer ${session.token}`;
        const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: folder });
        await git('init', '-q');
        await git('-c', header, 'fetch', '-q', `${gateway.url}/git`, `refs/entropy/${run.id}/base`);
        const { stdout } = await git('rev-parse', 'FETCH_HEAD');
        expect(stdout.trim()).toBe(pinned.commit);
        const push = await session.ask('GET', '/git/info/refs?service=git-receive-pack');
        expect(push.status).toBe(403);
      });
    });
  });
});

test('the same routes are served on a unix socket', async () => {
  await withWorld({}, (world) =>
    withGateway(world, { socketDir: join(world.dataDir, 'gateway') }, async (gateway) => {
      const { socketPath = '' } = gateway;
      const { bootCode } = await world.open('coder');
      const { body } = await clientOf({ socketPath }).ask('POST', '/v1/session', { bootCode });
      const reply = await clientOf({ socketPath }, body.token).ask('GET', '/v1/input');
      expect(reply.status).toBe(200);
    }),
  );
});
