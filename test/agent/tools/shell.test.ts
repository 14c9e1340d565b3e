import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runTool } from '../../../lib/agent/tool-calls.ts';
import { tools } from '../../../lib/agent/tools/registry.ts';
import { placeWith, textOf } from '../fixtures/place.ts';
import { path } from '../fixtures/repository.ts';

describe('shell', () => {
  test('runs in the workspace with exactly the given environment', async () => {
    const place = { ...placeWith({}), env: { PATH: path, ONLY: 'this' } };
    const text = await textOf(place, 'shell', { command: 'pwd; env | cut -d= -f1 | sort; exit 3' });
    expect(text).toMatch(/^\/workspace\n/);
    const names = text
      .split('\n')
      .slice(1, -1)
      .filter((name) => !['PWD', 'SHLVL', '_'].includes(name));
    expect(names).toEqual(['ONLY', 'PATH']);
    expect(text).toMatch(/\[exit code 3\]$/);
  });

  test('the model sees /workspace on every machine, and may name it', async () => {
    const place = placeWith({ 'a/b.txt': 'content\n' });
    expect(
      await textOf(place, 'shell', { command: 'cd /workspace/a && cat "/workspace/a/b.txt"; pwd' }),
    ).toBe('content\n/workspace/a\n[exit code 0]');
    const files =
      'x=/workspace/y; cat > /workspace/d <<"EOF"\nWORKDIR /workspace\nEOF\ncat /workspace/d; echo /not/workspace /workspaces';
    const text = await textOf(place, 'shell', { command: files });
    expect(readFileSync(join(place.root, 'd'), 'utf8')).toBe('WORKDIR /workspace\n');
    expect(text).toContain('/not/workspace /workspaces');
  });

  test('the time limit, a shorter one, and a flood are told', async () => {
    const place = { ...placeWith({}), commandMs: 300 };
    expect(await textOf(place, 'shell', { command: 'sleep 60' })).toMatch(
      /ended by the time limit of 0 s/,
    );
    const longer = { ...place, commandMs: 60_000 };
    const short = { command: 'echo early; sleep 60', timeout_seconds: 5 };
    expect(await textOf(longer, 'shell', short)).toMatch(
      /early\n\[ended by the time limit of 5 s\]/,
    );
    expect(await textOf(longer, 'shell', { command: 'yes' })).toMatch(/ended after 1000000 bytes/);
  });

  test('long output is cut in the middle, with a note', async () => {
    const text = await textOf(placeWith({}), 'shell', { command: 'seq 100000' });
    expect(text.length).toBeLessThan(21_000);
    expect(text).toMatch(/^1\n2\n[\s\S]*bytes of output cut here[\s\S]*\n100000\n\[exit code 0\]$/);
  });

  test('tells the ledger a short command line, the exit code and a digest', async () => {
    const events: unknown[] = [];
    const place = placeWith({});
    const command = `echo ${'x'.repeat(500)}`;
    const use = { type: 'tool_use', id: 'x', name: 'shell', input: { command } } as const;
    await runTool(tools.shell, use, place, async (event) => void events.push(event));
    expect(events).toEqual([
      {
        kind: 'tool.called',
        data: {
          tool: 'shell',
          durationMs: expect.any(Number),
          isError: false,
          command: command.slice(0, 200),
          exitCode: 0,
          outputDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
          bytes: 501,
        },
      },
    ]);
  });
});
