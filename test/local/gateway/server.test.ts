import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { mirrorPathOf, sourceMirror } from '../../../lib/local/source/mirror.ts';
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
          token: expect.stringMatching(/^[\w-]{43}$/),
          stage: { run: world.run.id, role: 'coder', round: 1, attempt: 1 },
          deadline: stage.deadline,
          limits: world.ports.limitsOf('coder'),
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
        const routes = [
          ['GET', '/v1/input'],
          ['POST', '/v1/model'],
          ['POST', '/v1/heartbeat'],
          ['POST', '/v1/events'],
          ['POST', '/v1/result'],
          ['POST', '/v1/failure'],
          ['POST', '/v1/setup'],
          ['DELETE', '/v1/setup'],
          ['GET', '/git/info/refs?service=git-upload-pack'],
          ['POST', '/git/git-upload-pack'],
        ] as const;
        for (const token of [undefined, 'guess']) {
          for (const [method, path] of routes) {
            const reply = await clientOf(gateway, token).ask(
              method,
              path,
              method === 'POST' ? {} : undefined,
            );
            expect([path, reply.status, reply.body]).toEqual([path, 401, refused]);
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

describe('a heartbeat', () => {
  test('extends the claim', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'coder');
        world.ahead = 60_000;
        const before = await world.ports.claims.get('local:/srv/repository#7');
        expect(await session.ask('POST', '/v1/heartbeat')).toMatchObject({
          status: 200,
          body: { cancelled: false },
        });
        const after = await world.ports.claims.get('local:/srv/repository#7');
        expect(after?.leaseUntil).toBeGreaterThan(before?.leaseUntil ?? 0);
      }),
    );
  });

  test('says that the run was asked to stop, or that another took over', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'coder');
        const { claims } = world.ports;
        const key = 'local:/srv/repository#7';
        await claims.requestCancel(key, world.run.id, Date.now(), []);
        const cancelled = await session.ask('POST', '/v1/heartbeat', {});
        expect(cancelled).toMatchObject({ status: 409, body: { error: 'Cancelled' } });
        await claims.release(key, world.run.id, world.run.fence ?? 0, []);
        const stale = await session.ask('POST', '/v1/heartbeat', {});
        expect(stale).toMatchObject({ status: 409, body: { error: 'FenceStale' } });
      }),
    );
  });
});

describe('a result', () => {
  const plan = {
    kind: 'plan',
    title: 'Fix it',
    summary: 'It is broken.',
    criteria: ['It works'],
    files: [],
    testStrategy: 'One test.',
    excerpts: [],
  };

  test('is stored whole and recorded, the first one only', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'issue-reader');
        expect((await session.ask('POST', '/v1/result', plan)).status).toBe(204);
        expect((await session.ask('POST', '/v1/result', plan)).status).toBe(204);
        const other = await session.ask('POST', '/v1/result', { ...plan, title: 'Other' });
        expect(other.status).toBe(401);
        const [left, ...more] = await world.events('handoff.left');
        expect(more).toEqual([]);
        expect(left?.data).toMatchObject({ role: 'issue-reader', round: 1, kind: 'plan' });
        const stored = await world.ports.ledger.payload(world.run.id, String(left?.data?.payload));
        expect(JSON.parse(stored.toString())).toEqual(plan);
        const record = await world.ports.stages.get(session.grant.stage);
        expect(record?.handoff).toBe(left?.data?.payload);
      }),
    );
  });

  test.each([
    ['another role’s', 'coder', plan, 422],
    ['no handoff', 'issue-reader', { kind: 'plan' }, 422],
    ['no JSON', 'issue-reader', '{"kind"', 400],
  ] as const)('that is %s is refused', async (_name, role, body, status) => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, role);
        const reply = await session.ask('POST', '/v1/result', body);
        expect(reply.status).toBe(status);
        expect(await world.events('handoff.left')).toEqual([]);
      }),
    );
  });

  test('that is too large is refused before it is read', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'issue-reader');
        const reply = await session.ask('POST', '/v1/failure', 'x'.repeat(70_000));
        expect(reply).toMatchObject({ status: 413, body: { error: 'RequestTooLarge' } });
      }),
    );
  });
});

describe('a failure', () => {
  const failureOf = async (name: string, observed?: boolean) =>
    withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'coder');
        if (observed) {
          const seen = { name: 'ModelFailed', message: 'seen', observed };
          await world.ports.stages.fail(session.grant.stage, seen, []);
        }
        const body = { error: name, message: `oops ${'ghp_'}${'a1'.repeat(18)}` };
        expect((await session.ask('POST', '/v1/failure', body)).status).toBe(204);
        return (await world.ports.stages.get(session.grant.stage))?.failure;
      }),
    );

  test('is a claim, without credentials in it', async () => {
    expect(await failureOf('AgentStuck')).toEqual({
      name: 'AgentStuck',
      message: 'oops [redacted]',
      observed: false,
    });
  });

  test('of an unknown name is a lost stage', async () => {
    expect(await failureOf('Surprise')).toMatchObject({ name: 'StageLost', observed: false });
  });

  test('does not take the place of what the gateway saw', async () => {
    expect(await failureOf('AgentStuck', true)).toMatchObject({ name: 'ModelFailed' });
  });
});

describe('events', () => {
  test('are recorded as claims of the stage that sent them', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'coder');
        const data = { name: 'run', digest: 'a'.repeat(64), role: 'publisher', attempt: 9 };
        const reply = await session.ask('POST', '/v1/events', {
          events: [{ kind: 'tool.called', data }, { kind: 'note' }],
        });
        expect(reply.status).toBe(204);
        expect((await world.events()).slice(-2)).toMatchObject([
          {
            kind: 'sandbox.tool.called',
            actor: 'sandbox',
            standing: 'claimed',
            data: {
              name: 'run',
              digest: `sha256:${'a'.repeat(64)}`,
              role: 'coder',
              round: 1,
              attempt: 1,
            },
          },
          { kind: 'sandbox.note', standing: 'claimed' },
        ]);
      }),
    );
  });

  test('are bounded in number, size and name', async () => {
    await withWorld({}, (world) =>
      withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, 'coder');
        const send = async (events: unknown) =>
          (await session.ask('POST', '/v1/events', { events })).status;
        const many = (count: number) => Array.from({ length: count }, () => ({ kind: 'note' }));
        expect(await send(many(101))).toBe(400);
        expect(await send([{ kind: 'note', data: { text: 'x'.repeat(5000) } }])).toBe(400);
        expect(await send([{ kind: 'Model called' }])).toBe(400);
        for (let sent = 0; sent < 5000; sent += 100) expect(await send(many(100))).toBe(204);
        expect(await send(many(1))).toBe(400);
        await withGateway(world, {}, async (restarted) => {
          const again = clientOf(restarted, session.token);
          const reply = await again.ask('POST', '/v1/events', { events: many(1) });
          expect(reply.status).toBe(400);
        });
      }),
    );
  });
});
