import { execFile } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { claimLeaseMs } from '../../lib/domain/claim.ts';
import { sha256 } from '../../lib/domain/ledger.ts';
import { issueKeyOf, type Run } from '../../lib/domain/run.ts';
import { mirrorPathOf, sourceMirror } from '../../lib/local/source/mirror.ts';
import { plan } from '../agent/fixtures/plan.ts';
import { type Client, clientOf, sessionFor, withGateway } from '../local/gateway/client-fixture.ts';
import { freshFolder, inRepository, repositoryOf } from '../local/source/git-fixture.ts';
import { doors } from '../services/gateway/doors.ts';
import { type World, withWorld } from '../services/gateway/gateway-fixture.ts';

type Gateway = Parameters<typeof sessionFor>[1];

/** The sandbox is the attacker's: what it holds is a session, and what it can reach is the gateway. */
async function attack(play: (world: World, gateway: Gateway) => Promise<void>): Promise<void> {
  await withWorld({}, (world) => withGateway(world, {}, (gateway) => play(world, gateway)));
}

/** A run of the same operator on another issue, with a coder whose session is open. */
async function another(world: World, gateway: Gateway): Promise<{ run: Run; coder: Client }> {
  const { ports } = world;
  const { fence: _, ...rest } = world.run;
  const draft: Run = { ...rest, id: 'r-fedcba98765432100123', issue: '8', status: 'queued' };
  const now = Date.now();
  const key = issueKeyOf(draft.repository, draft.issue);
  const { fence } = await ports.claims.acquire(
    { key, run: draft.id, now, until: now + claimLeaseMs },
    [],
  );
  const { run } = await ports.runs.create({ ...draft, status: 'running', fence }, []);
  const boot = {
    hash: sha256('of the other run'),
    at: now,
    expires: now + 60_000,
    deadline: now + 600_000,
  };
  await ports.stages.open({ run: run.id, role: 'coder', round: 1 }, boot, []);
  const { body } = await clientOf(gateway).ask('POST', '/v1/session', {
    bootCode: 'of the other run',
  });
  return { run, coder: clientOf(gateway, body.token) };
}

async function knock(client: Client): Promise<number[]> {
  const answers = doors.map(async ([method, path]) => {
    const body = method === 'POST' ? {} : undefined;
    return (await client.ask(method, path, body)).status;
  });
  return Promise.all(answers);
}
const allRefused = doors.map(() => 401);

const changeSet = {
  kind: 'change-set',
  base: 'c'.repeat(40),
  files: [{ path: 'a', mode: '100644', content: 'YQ==' }],
  title: 't',
  body: 'b',
};
const review = { kind: 'review', verdict: 'approve', summary: 'Fine.', comments: [] };
const evidence = {
  ...{ kind: 'evidence', base: 'c'.repeat(40), tree: 'd'.repeat(40), checks: null },
  ...{ paths: { source: [], tests: [], definitions: [] }, unavailable: 'none' },
};

describe('a boot code', () => {
  test('used many times at once buys one session: whoever comes second gets nothing', async () => {
    await attack(async (world, gateway) => {
      const { bootCode } = await world.open('coder');
      const tries = Array.from({ length: 20 }, () =>
        clientOf(gateway).ask('POST', '/v1/session', { bootCode }),
      );
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 401)).toHaveLength(19);
    });
  });

  test('of an attempt that another took the place of buys nothing', async () => {
    await attack(async (world, gateway) => {
      const { bootCode } = await world.open('coder');
      await world.open('coder');
      expect((await clientOf(gateway).ask('POST', '/v1/session', { bootCode })).status).toBe(401);
    });
  });

  test('opens no door itself', async () => {
    await attack(async (world, gateway) => {
      const { bootCode } = await world.open('coder');
      expect(await knock(clientOf(gateway, bootCode))).toEqual(allRefused);
    });
  });
});

describe('a session', () => {
  test('used after its stage opens no door', async () => {
    await attack(async (world, gateway) => {
      const coder = await sessionFor(world, gateway, 'coder');
      await world.ports.stages.close(coder.grant.stage, Date.now(), []);
      expect(await knock(coder)).toEqual(allRefused);
    });
  });

  test('of an earlier attempt opens no door once a later one is there', async () => {
    await attack(async (world, gateway) => {
      const first = await sessionFor(world, gateway, 'coder');
      const second = await sessionFor(world, gateway, 'coder');
      expect(await knock(first)).toEqual(allRefused);
      expect((await second.ask('GET', '/v1/input')).status).toBe(200);
    });
  });

  test('after its deadline opens no door', async () => {
    await attack(async (world, gateway) => {
      const coder = await sessionFor(world, gateway, 'coder');
      world.ahead = coder.grant.deadline - Date.now() + 1;
      expect(await knock(coder)).toEqual(allRefused);
    });
  });

  test('of another run acts for that run alone, whatever it says of itself', async () => {
    await attack(async (world, gateway) => {
      const mine = await another(world, gateway);
      const victim = await sessionFor(world, gateway, 'coder');
      const { body } = await mine.coder.ask('GET', `/v1/input?run=${world.run.id}`);
      expect(body.stage.run).toBe(mine.run.id);
      const data = { run: world.run.id, role: 'reviewer', round: 1, attempt: 9 };
      await mine.coder.ask('POST', '/v1/events', { events: [{ kind: 'note', data }] });
      await mine.coder.ask('POST', '/v1/failure', {
        error: 'AgentStuck',
        message: 'x',
        run: world.run.id,
      });
      expect(await world.events('sandbox.note')).toEqual([]);
      expect(await world.events('stage.failed')).toEqual([]);
      expect((await victim.ask('GET', '/v1/input')).status).toBe(200);
      const theirs = await world.ports.ledger.events(mine.run.id);
      expect(theirs.find(({ kind }) => kind === 'sandbox.note')?.data).toMatchObject({
        role: 'coder',
        attempt: 1,
      });
    });
  });

  test('fetches the base of its own run from a repository that both share, and nothing else', async () => {
    await withWorld({}, async (world) => {
      const name = repositoryOf({ 'a.txt': 'old\n' });
      const repository = { forge: 'local', name } as const;
      const source = sourceMirror({ dataDir: world.dataDir });
      await source.pin({ id: world.run.id, repository });
      inRepository(name, 'commit', '-q', '--allow-empty', '-m', 'second');
      const { commit } = await source.pin({ id: 'r-fedcba98765432100123', repository });
      const place = { mirrorPathOf: () => mirrorPathOf(world.dataDir, repository) };
      await withGateway(world, place, async (gateway) => {
        const { token } = await sessionFor(world, gateway, 'coder');
        const cwd = freshFolder();
        const auth = ['-c', `http.extraHeader=Authorization: Bearer ${token}`];
        const git = (...args: string[]) =>
          promisify(execFile)('git', [...auth, ...args], { cwd, timeout: 60_000 });
        await git('init', '-q');
        const fetch = (what: string) => git('fetch', '-q', `${gateway.url}/git`, what);
        await fetch(`refs/entropy/${world.run.id}/base`);
        await git('update-ref', 'refs/heads/mine', 'FETCH_HEAD');
        const others = ['refs/entropy/r-fedcba98765432100123/base', 'refs/heads/main', commit];
        for (const what of others) await expect(fetch(what)).rejects.toThrow();
        const push = git('push', '-q', `${gateway.url}/git`, 'mine:refs/heads/evil');
        await expect(push).rejects.toThrow(/403/);
      });
    });
  });
});

describe('a forged handoff', () => {
  test.each([
    ['issue-reader', changeSet],
    ['issue-reader', evidence],
    ['coder', evidence],
    ['coder', review],
    ['coder', plan],
    ['reviewer', evidence],
    ['reviewer', changeSet],
    ['verifier', review],
  ] as const)(
    'a %s can not leave what is not its to leave: it gets a refusal',
    async (role, handoff) => {
      await attack(async (world, gateway) => {
        const session = await sessionFor(world, gateway, role);
        expect((await session.ask('POST', '/v1/result', handoff)).status).toBe(422);
        expect(await world.events('handoff.left')).toEqual([]);
      });
    },
  );

  test('with members of its own, or after the one that stands, is refused', async () => {
    await attack(async (world, gateway) => {
      const session = await sessionFor(world, gateway, 'reviewer');
      const more = { ...review, round: 1, run: 'r-other', observed: true };
      expect((await session.ask('POST', '/v1/result', more)).status).toBe(422);
      const wanted = { ...review, verdict: 'request-changes' };
      expect((await session.ask('POST', '/v1/result', wanted)).status).toBe(204);
      expect((await session.ask('POST', '/v1/result', review)).status).toBe(401);
      expect(await world.events('handoff.left')).toHaveLength(1);
    });
  });
});

describe('a forged heartbeat', () => {
  test('holds its own claim for as long as any, and nobody else’s', async () => {
    await attack(async (world, gateway) => {
      const mine = await another(world, gateway);
      const key = issueKeyOf(world.run.repository, world.run.issue);
      world.ahead = 60_000;
      const forged = { run: world.run.id, key, fence: 99, until: Date.now() + 10 ** 12, now: 0 };
      const before = await world.ports.claims.get(key);
      expect((await mine.coder.ask('POST', '/v1/heartbeat', forged)).status).toBe(200);
      expect(await world.ports.claims.get(key)).toEqual(before);
      const own = await world.ports.claims.get(issueKeyOf(mine.run.repository, mine.run.issue));
      expect(own?.leaseUntil).toBeLessThanOrEqual(Date.now() + world.ahead + claimLeaseMs);
    });
  });

  test('does not take back a cancel: it gets a stop', async () => {
    await attack(async (world, gateway) => {
      const session = await sessionFor(world, gateway, 'coder');
      const key = issueKeyOf(world.run.repository, world.run.issue);
      await world.ports.claims.requestCancel(key, world.run.id, Date.now(), []);
      for (const body of [{}, { cancelled: false }, { cancelAt: null }]) {
        expect((await session.ask('POST', '/v1/heartbeat', body)).body.error).toBe('Cancelled');
      }
    });
  });
});

test('a fence from the past gets no heartbeat and no model, and spends nothing', async () => {
  await attack(async (world, gateway) => {
    const session = await sessionFor(world, gateway, 'coder');
    const key = issueKeyOf(world.run.repository, world.run.issue);
    const { claims } = world.ports;
    await claims.release(key, world.run.id, world.run.fence ?? 0, []);
    const now = Date.now();
    await claims.acquire({ key, run: 'r-newer', now, until: now + claimLeaseMs }, []);
    const ask = {
      system: 's',
      tools: [],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
      maxTokens: 10,
    };
    const beat = await session.ask('POST', '/v1/heartbeat', {});
    expect(beat).toMatchObject({ status: 409, body: { error: 'FenceStale' } });
    const turn = await session.ask('POST', '/v1/model', ask);
    // A slow route begins its answer before it knows how it ends.
    expect(turn.body).toMatchObject({ error: 'FenceStale' });
    expect(await world.events('model.reserved')).toEqual([]);
  });
});

describe('events', () => {
  test('of a sandbox pass for nobody else’s: they are claims, under a name of their own', async () => {
    await attack(async (world, gateway) => {
      const session = await sessionFor(world, gateway, 'coder');
      const names = [
        'model.called',
        'handoff.left',
        'effect.done',
        'run.settled',
        'change.validated',
      ];
      const events = names.map((kind) => ({
        kind,
        data: { actor: 'gateway', standing: 'observed' },
      }));
      expect((await session.ask('POST', '/v1/events', { events })).status).toBe(204);
      for (const kind of names) expect(await world.events(kind)).toEqual([]);
      const told = (await world.events()).filter(({ kind }) => kind.startsWith('sandbox.'));
      expect(told).toHaveLength(names.length);
      expect(told).toEqual(
        told.map((one) =>
          expect.objectContaining({ ...one, actor: 'sandbox', standing: 'claimed' }),
        ),
      );
      const forged = { kind: 'note', actor: 'gateway', standing: 'observed', seq: 0 };
      expect((await session.ask('POST', '/v1/events', { events: [forged] })).status).toBe(400);
    });
  });

  test('nested without end, or with keys that are no data, get a refusal, and the gateway goes on', async () => {
    await attack(async (world, gateway) => {
      const session = await sessionFor(world, gateway, 'coder');
      const deep = `{"events":[{"kind":"note","data":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}]}`;
      expect((await session.ask('POST', '/v1/events', deep)).status).toBeGreaterThanOrEqual(400);
      const odd =
        '{"events":[{"kind":"note","data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}]}';
      await session.ask('POST', '/v1/events', odd);
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
      expect((await session.ask('GET', '/v1/input')).status).toBe(200);
    });
  });
});

describe('a change of 100 MB', () => {
  const megabyte = Buffer.alloc(1024 ** 2, 'QUFB');

  /** Sends as much as is taken, and gives how much that was. */
  async function flood(
    gateway: Gateway,
    token: string | undefined,
    headers: Record<string, string>,
  ) {
    const { hostname, port } = new URL(gateway.url);
    let sent = 0;
    const body = Readable.from(
      (function* () {
        for (; sent < 100; sent += 1) yield megabyte;
      })(),
    );
    const status = await new Promise<number>((resolve, reject) => {
      const call = httpRequest(
        {
          hostname,
          port,
          path: '/v1/result',
          method: 'POST',
          headers: { ...headers, authorization: `Bearer ${token}` },
        },
        (response) => {
          body.destroy();
          response.resume();
          response.on('close', () => call.destroy());
          resolve(response.statusCode ?? 0);
        },
      );
      call.on('error', reject);
      body.on('error', () => {});
      body.pipe(call);
    });
    return { status, sent };
  }

  test('that says so is refused before it is read', async () => {
    await attack(async (world, gateway) => {
      const { token } = await sessionFor(world, gateway, 'coder');
      const { status, sent } = await flood(gateway, token, {
        'content-length': String(100 * 1024 ** 2),
      });
      expect(status).toBe(413);
      expect(sent).toBeLessThan(32);
    });
  });

  test('that does not say so is refused at 32 MB, and the gateway goes on', async () => {
    await attack(async (world, gateway) => {
      const session = await sessionFor(world, gateway, 'coder');
      const { status, sent } = await flood(gateway, session.token, {
        'transfer-encoding': 'chunked',
      });
      expect(status).toBe(413);
      expect(sent).toBeLessThan(64);
      expect((await session.ask('GET', '/v1/input')).status).toBe(200);
      expect(await world.events('handoff.left')).toEqual([]);
    });
  });

  test('of someone without a session is refused before it is read', async () => {
    await attack(async (_, gateway) => {
      const { status, sent } = await flood(gateway, 'guess', { 'transfer-encoding': 'chunked' });
      expect(status).toBe(401);
      expect(sent).toBeLessThan(32);
    });
  });
});
