import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { sandboxImage } from '../../lib/config.ts';
import type { Evidence } from '../../lib/domain/evidence.ts';
import { evidence, files, fixed, plan } from '../agent/fixtures/plan.ts';
import { playStage } from '../agent/fixtures/stage.ts';
import { lastTold, type Turn } from '../agent/fixtures/words.ts';
import { startSandbox } from './sandbox-container.ts';

const input = { plan };
const submit: Turn = [['submit', { title: 't', body: 'b' }]];

describe("the sandbox's image", () => {
  test('plays a coder: tools are another user, who reaches nothing of the harness', async () => {
    const look = [
      'id -u; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status',
      'for p in /proc/[0-9]*; do grep -q "^Uid:\\s10001" $p/status || continue; cat $p/environ; kill -9 $(basename $p); done',
      'echo x > /etc/passwd; /opt/entropy/bin/start-harness --reuid=0 id',
      'echo made > made; (setsid sleep 300 & ) ; env',
    ];
    const turns: Turn[] = [
      [
        ['view', { path: 'add.js' }],
        ['shell', { command: look.join('\n') }],
      ],
      [
        ['shell', { command: 'cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -c "[s]leep 300"' }],
        ['edit', { path: 'made', old: 'made', new: 'edited' }],
        ['create', { path: 'deep/new.txt', content: 'one\n' }],
        ['shell', { command: 'echo two >> deep/new.txt && rm add.js && stat -c %u deep/new.txt' }],
        ['create', { path: 'add.js', content: fixed }],
      ],
      submit,
    ];
    await played({ role: 'coder', input, turns }, ({ code, said }, { handoff, requests }) => {
      expect([code, said]).toEqual([0, expect.stringContaining('tool.called')]);
      const [, looked = ''] = lastTold(requests[1]);
      expect(looked).toMatch(/^10002\nCapEff:\s+0+\nNoNewPrivs:\s+1\n/);
      expect(looked.match(/Permission denied|not permitted|Read-only/g)?.length).toBeGreaterThan(4);
      expect(looked).not.toMatch(/ENTROPY|uid=0/);
      expect(lastTold(requests[2])[0]).toMatch(/^0\n/);
      expect(handoff).toMatchObject({
        kind: 'change-set',
        files: [
          { path: 'add.js', content: btoa(fixed) },
          { path: 'deep/new.txt', content: btoa('one\ntwo\n') },
          { path: 'made', content: btoa('edited\n') },
        ],
      });
    });
  });

  test('plays a verifier whose tests try to change what the later trees are made of', async () => {
    const attack = [
      "import { test } from 'node:test';",
      "import { execSync } from 'node:child_process';",
      "test('attack', () => {",
      "  const done = execSync('for d in /tmp/harness-*; do ls $d/repository/.git/objects && chmod -R u+w $d && rm -rf $d; mv $d /tmp/x; done; true', { encoding: 'utf8' });",
      '  console.log(done);',
      '});',
      '',
    ].join('\n');
    const tests =
      "import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { add } from './add.js';\ntest('adds', () => assert.equal(add(1, 2), 3));\n";
    const change = (base: string) => ({
      kind: 'change-set' as const,
      base,
      title: 't',
      body: 'b',
      files: [
        { path: 'add.js', mode: '100644' as const, content: btoa(fixed) },
        { path: 'add.test.js', mode: '100644' as const, content: btoa(tests) },
      ],
    });
    const repository = {
      ...files,
      'package.json': '{"name":"x","type":"module","scripts":{"test":"node --test"}}',
      'attack.test.js': attack,
    };
    await played(
      { files: repository, role: 'verifier', input: (base) => ({ plan, change: change(base) }) },
      ({ code, said }, { handoff }) => {
        expect([code, said]).toEqual([0, expect.stringContaining('verify.run')]);
        const { runs } = handoff as Evidence;
        const seen = Object.entries(runs ?? {}).map(([name, run]) => [name, run.state]);
        expect(Object.fromEntries(seen)).toMatchObject({
          base: 'completed',
          change: 'completed',
          baseTests: 'completed',
        });
        expect(JSON.stringify(runs?.change)).toMatch(/Permission denied|not permitted/);
      },
    );
  });

  test('plays a reviewer over the change', async () => {
    const review: Turn = [['submit', { verdict: 'approve', summary: 'fine', comments: [] }]];
    const given = (base: string) => ({
      plan,
      evidence: evidence(base, 'good'),
      change: {
        kind: 'change-set' as const,
        base,
        title: 't',
        body: 'b',
        files: [{ path: 'add.js', mode: '100644' as const, content: btoa(fixed) }],
      },
    });
    const turns: Turn[] = [[['shell', { command: 'git diff --cached --stat' }]], review];
    await played({ role: 'reviewer', input: given, turns }, ({ code, said }, { requests }) => {
      expect([code, said]).toEqual([0, expect.any(String)]);
      expect(lastTold(requests[1])[0]).toMatch(/add\.js/);
    });
  });

  test('is extended with a toolchain, whose variables tools find', async () => {
    const examples = fileURLToPath(new URL('../../task-image/examples/', import.meta.url));
    const image = `${sandboxImage}-python`;
    const file = join(examples, 'python.Dockerfile');
    await promisify(execFile)('docker', ['build', '--file', file, '--tag', image, examples]);
    const command =
      'echo "[$PYTHONUTF8]"; python3 -m venv $VIRTUAL_ENV && python -c "print(6 * 7)"';
    const turns: Turn[] = [
      [
        ['create', { path: 'x', content: 'x' }],
        ['shell', { command }],
      ],
      submit,
    ];
    await played({ role: 'coder', input, turns, image }, (_, { requests }) => {
      expect(lastTold(requests[1])[1]).toMatch(/^\[1\]\n42\n/);
    });
  });

  test('told to stop, it ends its tools, reports, and is gone well within two minutes', async () => {
    const turns: Turn[] = [[['shell', { command: 'trap "" TERM; sleep 300' }]]];
    let stopped = 0;
    await playStage(
      {
        files,
        role: 'coder',
        input,
        turns,
        first: async ({ url, bootCode }) => {
          const { ended, said, name } = startSandbox(environment(url, bootCode));
          const tries = 400;
          for (let n = 0; n < tries && !said().includes('stage coder'); n += 1)
            await setTimeout(50);
          await setTimeout(2_000);
          const asked = performance.now();
          await promisify(execFile)('docker', ['stop', '--time', '120', name]);
          stopped = performance.now() - asked;
          expect(await ended).toBe(1);
        },
      },
      ({ stage }) => expect(stage.failure).toMatchObject({ name: 'StageLost', observed: false }),
    );
    expect(stopped).toBeLessThan(30_000);
  });
});

type Given = Omit<Parameters<typeof playStage>[0], 'first' | 'files'> & {
  files?: Record<string, string>;
  image?: string;
};
type Seen = Parameters<Parameters<typeof playStage>[1]>[0];

/** The stage is played by a container; the fixture's own try comes too late and is refused. */
async function played(
  given: Given,
  check: (sandbox: { code: number | null; said: string }, seen: Seen) => void,
): Promise<void> {
  let sandbox = { code: null as number | null, said: '' };
  const first: Parameters<typeof playStage>[0]['first'] = async ({ url, bootCode }) => {
    const { ended, said } = startSandbox(environment(url, bootCode), given.image);
    sandbox = { code: await ended, said: said() };
  };
  await playStage({ files, ...given, first }, (seen) => check(sandbox, seen));
}

const environment = (url: string, bootCode: string) => ({
  ENTROPY_GATEWAY: url,
  ENTROPY_BOOT_CODE: bootCode,
  ENTROPY_EGRESS: 'open',
  ENTROPY_RUN: 'r1',
});
