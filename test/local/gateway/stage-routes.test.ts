import { describe, expect, test } from '@jest/globals';
import { withWorld } from '../../services/gateway/gateway-fixture.ts';
import { clientOf, sessionFor, withGateway } from './client-fixture.ts';

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

describe('work that was cut off', () => {
  const base = 'a'.repeat(40);
  const content = btoa('x');
  const file = (path: string, mode = '100644') => ({ path, mode, content });
  const keep = (role: 'coder' | 'reviewer', body: unknown) =>
    withWorld({}, async (world) => {
      const pinned = { base: { branch: 'main', commit: base } };
      await world.ports.runs.update(world.run.id, ['running'], pinned, []);
      return withGateway(world, {}, async (gateway) => {
        const session = await sessionFor(world, gateway, role);
        const { status } = await session.ask('POST', '/v1/partial', body);
        const [kept, ...more] = await world.events('work.kept');
        expect(more).toEqual([]);
        const record = await world.ports.stages.get(session.grant.stage);
        expect(record?.partial).toBe(kept?.data?.payload);
        return { status, kept };
      });
    });

  test('is kept as a payload, and told as a claim', async () => {
    const work = { base, files: [file('a.ts'), file('.entropy.yml')] };
    expect(await keep('coder', work)).toMatchObject({
      status: 204,
      kept: { standing: 'claimed', actor: 'sandbox', data: { role: 'coder', files: 2 } },
    });
  });

  test.each([
    ['of a reviewer', 403, 'reviewer', { base, files: [] }],
    ['for another base', 422, 'coder', { base: 'b'.repeat(40), files: [] }],
    ['outside the folder', 422, 'coder', { base, files: [file('../x')] }],
    ["in git's folder", 422, 'coder', { base, files: [file('.GIT/hooks/pre-commit')] }],
    ['that git obeys', 422, 'coder', { base, files: [file('a/.gitattributes')] }],
    ['that is a link', 422, 'coder', { base, files: [file('a', '120000')] }],
    ['twice in one place', 422, 'coder', { base, files: [file('a'), file('A')] }],
    ['with a word beside', 422, 'coder', { base, files: [], title: 'done' }],
    ['of too many files', 422, 'coder', { base, files: Array(1001).fill(file('a')) }],
  ] as const)('is refused %s', async (_name, status, role, body) => {
    expect(await keep(role, body)).toEqual({ status, kept: undefined });
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
