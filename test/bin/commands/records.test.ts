import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutcomeReport } from '../../../lib/services/report.ts';
import { desk, type Ended, jsonLines, outcomeOf, runIn } from '../command-line.ts';
import { calls, conversation, reads, reviews, submits } from '../scripted-team.ts';
import { mended, runBranches } from '../sums.ts';
import { type RunStarted, startRun } from '../team-run.ts';

const at = desk();
afterAll(() => at.remove());

/** One run that waits in the middle until somebody has looked at it from another process. */
let run: RunStarted;
let outcome: OutcomeReport;
let followed: Ended;
let whileRunning: Ended;
beforeAll(async () => {
  const gate = Promise.withResolvers<void>();
  const waits = conversation(
    'coder',
    {
      ...calls(['create', { path: 'src/sum.js', content: mended['src/sum.js'] }]),
      after: gate.promise,
    },
    submits,
  );
  run = await startRun(at, { turns: [reads, waits, reviews('approve')] });
  await run.said(/"role":"coder".*"kind":"stage.opened"/);
  const id = runIn(run.output());
  const logs = at.start(['logs', id, '--follow', '--json']);
  await logs.said(/"kind":"stage.opened"/);
  whileRunning = await at.entropy(['status', '--json']);
  gate.resolve();
  const ended = await run.ended;
  outcome = outcomeOf(ended);
  followed = await logs.ended;
  await run.team.close();
}, 180_000);

describe('from another process, while the run goes on', () => {
  test('status tells where it stands', () => {
    const [line] = jsonLines(whileRunning);
    expect(line).toMatchObject({
      ...{ type: 'run', id: outcome.run, status: 'running' },
      repository: { forge: 'local', name: run.repo },
    });
  });

  test('logs --follow shows every event, and ends with the run', () => {
    const lines = jsonLines(followed);
    expect(followed.code).toBe(0);
    expect(lines.map((line) => line.seq)).toEqual(lines.map((_, seq) => seq));
    expect(lines.length).toBe(outcome.ledger.events);
    expect(lines.at(-1)).toMatchObject({ type: 'event', kind: 'run.settled' });
  });
});

describe('of a run that has ended', () => {
  test('status names it', async () => {
    const listed = await at.entropy(['status']);
    expect(listed.out).toMatch(new RegExp(`^${outcome.run} .*handed-over`));
    // How it ended, as the run itself told it.
    const shown = await at.entropy(['status', outcome.run]);
    expect(shown.out).toMatch(new RegExp(`^${outcome.run} .*handed-over`));
    expect(shown.out).toMatch(/^outcome +handed-over$/m);
    expect(shown.out).toContain(outcome.branch);
    expect(shown.out).toMatch(/^evidence +good \(proven\): /m);
    const [one] = jsonLines(await at.entropy(['status', outcome.run, '--json']));
    expect(one).toMatchObject({ id: outcome.run, status: 'settled', branch: outcome.branch });
  });

  test('logs are for a person to read', async () => {
    const { code, out } = await at.entropy(['logs', outcome.run]);
    expect(code).toBe(0);
    expect(out).toMatch(/coder: turn 1, 100 tokens in, 20 out/);
    expect(out).toMatch(/evidence good: proven: /);
    expect(out.trim().split('\n').at(-1)).toMatch(/ended: handed-over/);
  });

  test('a reader that goes away is no error', async () => {
    const { code, err } = await at.start([outcome.run], {}, [
      ...['sh', '-c', '"$0" "$1" audit show "$2" | head -n 1', process.execPath],
      new URL('../../../bin/entropy.ts', import.meta.url).pathname,
    ]).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('audit show prints what the ledger holds', async () => {
    const lines = jsonLines(await at.entropy(['audit', 'show', outcome.run]));
    expect(lines.length).toBe(outcome.ledger.events);
  });
});

describe('audit verify', () => {
  const folder = () => join(at.dataDir, 'ledger', outcome.run);

  test('holds for the run', async () => {
    const { code, out } = await at.entropy(['audit', 'verify', outcome.run]);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^verified: \d+ events/) });
  });

  test('holds for a copy elsewhere with the public key alone', async () => {
    const elsewhere = desk();
    const [copy, key] = [join(elsewhere.root, 'copy'), join(elsewhere.root, 'key.pem')];
    cpSync(folder(), copy, { recursive: true });
    cpSync(join(at.dataDir, 'keys', 'ledger.pub.pem'), key);
    const found = await elsewhere.entropy(['audit', 'verify', copy, '--key', key, '--json']);
    expect(found.code).toBe(0);
    expect(jsonLines(found)).toEqual([
      expect.objectContaining({
        ...{ type: 'audit', ok: true, sealed: true, problems: [] },
        ...{ events: outcome.ledger.events, head: outcome.ledger.head },
      }),
    ]);
    expect(existsSync(elsewhere.dataDir)).toBe(false);
    elsewhere.remove();
  });

  test('needs a key that is one', async () => {
    mkdirSync(join(at.root, 'folder'), { recursive: true });
    for (const [key, said] of [
      ['none.pem', /there is no none\.pem: give the public key with --key FILE/],
      ['folder', /folder can't be read .*--key FILE/],
      ['bug.md', /must be an Ed25519 key in PEM/],
    ] as const) {
      const { code, err } = await at.entropy(['audit', 'verify', outcome.run, '--key', key]);
      expect(code).toBe(2);
      expect(err).toMatch(said);
    }
  });

  test('names what was changed, and so does a replay', async () => {
    const changed = desk();
    cpSync(at.dataDir, changed.dataDir, { recursive: true });
    const payload = files(join(changed.dataDir, 'ledger', outcome.run)).find((path) =>
      readFileSync(path, 'utf8').includes('tool_use'),
    );
    if (payload === undefined) throw new Error('no turn is kept');
    chmodSync(payload, 0o600);
    writeFileSync(payload, readFileSync(payload, 'utf8').replace('sum', 'sun'));
    const found = await changed.entropy(['audit', 'verify', outcome.run]);
    expect(found.code).toBe(1);
    expect(found.out).toContain(
      payload.slice(payload.indexOf(outcome.run) + outcome.run.length + 1),
    );
    expect(found.out).toMatch(/NOT verified: 1 problem/);
    const replayed = await changed.entropy(['replay', outcome.run]);
    expect(replayed.code).toBe(1);
    expect(replayed.out).toMatch(/LedgerConflict: .* has been changed: its bytes do not have the/);
    expect(replayed.out).toMatch(/the replay left no tree to compare/);
    changed.remove();
  }, 180_000);
});

test('replay comes to the same tree without a model, and touches no branch', async () => {
  const before = runBranches(run.repo);
  const end = await at.entropy(['replay', outcome.run, '--json']);
  expect(end.code).toBe(0);
  const tree = outcome.evidence?.tree;
  expect(jsonLines(end).at(-1)).toEqual({
    ...{ type: 'replay', run: outcome.run, same: true, recorded: [tree], replayed: [tree] },
  });
  expect(runBranches(run.repo)).toEqual(before);
}, 180_000);

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
