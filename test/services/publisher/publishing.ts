import { join } from 'node:path';
import type { Evidence } from '../../../lib/domain/evidence.ts';
import type { Forge } from '../../../lib/domain/forge.ts';
import type { ChangeSet, Plan, Review } from '../../../lib/domain/handoff.ts';
import { canonicalJson } from '../../../lib/domain/ledger.ts';
import { defaultPolicy, type Policy } from '../../../lib/domain/policy.ts';
import type { Ports } from '../../../lib/domain/ports.ts';
import { issueKeyOf, type RepositoryRef, type Run } from '../../../lib/domain/run.ts';
import type { Source } from '../../../lib/domain/source.ts';
import type { Judgement } from '../../../lib/domain/verdict.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';
import { openStores } from '../../local/store/open-stores-at.ts';

/** A run that has been admitted, over real stores, with a forge and a source. */
export async function publishing(options: {
  readonly repository: RepositoryRef;
  readonly issue: string;
  readonly forge: Forge;
  readonly source: Source;
  readonly policy?: Policy;
}) {
  const { repository, issue, forge, source, policy = defaultPolicy } = options;
  const stores = await openStores(join(freshFolder(), 'data'));
  const clock = { now: () => Date.now() };
  const ports = { ...stores, clock, source, forgeOf: () => forge } as unknown as Ports;
  const id = 'r-0123456789abcdef0123';
  const queued: Run = {
    ...{ id, repository, issue, status: 'queued', createdAt: 1 },
    trigger: { kind: 'cli', id: 'nonce', by: 'maria' },
    settings: {
      model: { provider: 'replay', model: 'model-a' },
      roleModels: { reviewer: { provider: 'replay', model: 'model-b' } },
      budget: { dollars: 1, tokens: 1000, turns: 10 },
      sandbox: 'process',
    },
  };
  await ports.runs.create(queued, []);
  const now = clock.now();
  const key = issueKeyOf(repository, issue);
  const { fence } = await ports.claims.acquire({ key, run: id, now, until: now + 60_000 }, []);
  const base = await source.pin({ id, repository });
  const policyDigest = await ports.ledger.putPayload(id, canonicalJson(policy));
  await ports.runs.update(id, ['queued'], { status: 'running', fence, base, policyDigest }, []);
  const run = async () => (await ports.runs.get(id)) as Run;
  return { ports, run, key, base: base.commit, close: () => stores.database.close() };
}

export const plan: Plan = {
  kind: 'plan',
  title: 'Add, not subtract',
  summary: 'sum subtracts. @maria knows. Fixes #99 <img src="http://x.example/p.png">',
  criteria: ['sum(1, 2) is 3'],
  files: ['sum.js'],
  testStrategy: 'One test.',
  excerpts: [],
};

/** The change of a round: another content each time. */
export function changeOf(base: string, round: number): ChangeSet {
  const text = `// round ${round}\nexport const sum = (a, b) => a + b;\n`;
  const content = Buffer.from(text).toString('base64');
  return {
    ...{ kind: 'change-set', base, title: 'Add in sum', body: `Round ${round}. Closes #5 @octo` },
    files: [{ path: 'sum.js', mode: '100644', content }],
  };
}

/** Good Evidence for a tree. */
export function evidenceFor(base: string, tree: string): Evidence {
  const run = (status: 'passed' | 'failed') => ({
    state: 'completed' as const,
    commands: [],
    tests: [{ id: 'sum.test.js > sum `adds`', status }],
  });
  return {
    ...{ kind: 'evidence', base, tree },
    checks: { ecosystem: 'npm', source: 'found', setup: [], test: 'npm test' },
    paths: { source: ['sum.js'], tests: [], definitions: [] },
    runs: {
      base: run('failed'),
      change: run('passed'),
      testsOnly: run('failed'),
      baseTests: run('passed'),
    },
  };
}

export const judgement: Judgement = {
  ...{ verdict: 'good', rule: 'proven', detail: '1 test fails without the change.', weak: false },
  ...{ proof: ['sum.test.js > sum `adds`'], broken: [], flaky: [] },
};

export function reviewOf(verdict: Review['verdict']): Review {
  return {
    ...{ kind: 'review', verdict, summary: 'Looked at it. <!-- entropy:fake --> @octo' },
    comments: [{ path: 'sum.js', line: 1, body: 'Say why, @octo' }],
  };
}
