import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { exec } from '../../../lib/agent/exec.ts';
import { runTool } from '../../../lib/agent/tool-calls.ts';
import { toolSpec } from '../../../lib/agent/tool-specs.ts';
import { tools } from '../../../lib/agent/tools/registry.ts';
import type { ToolPlace } from '../../../lib/agent/tools/tool.ts';
import type { ToolName } from '../../../lib/roles/role.ts';
import { folder, gitIn, path, write } from '../fixtures/repository.ts';

function placeWith(files: Record<string, string>): ToolPlace & { root: string } {
  const root = folder('place');
  gitIn(root, 'init', '--quiet');
  write(root, files);
  return {
    root,
    exec,
    env: { PATH: path },
    commandMs: 20_000,
    floodBytes: 1_000_000,
    signal: new AbortController().signal,
  };
}

function call(place: ToolPlace, name: ToolName, input: Record<string, unknown>) {
  return runTool(tools[name], { type: 'tool_use', id: 'x', name, input }, place, async () => {});
}
const textOf = async (...args: Parameters<typeof call>) => (await call(...args)).text;

describe('arguments', () => {
  test('what does not fit is said with what is expected, and runs nothing', async () => {
    const place = placeWith({});
    const wrong = await call(place, 'create', { path: 'a', contents: 'x' });
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toMatch(/contents[\s\S]*Expected arguments: \{"type":"object"/);
    const broken = {
      type: 'tool_use',
      id: 'x',
      name: 'create',
      input: {},
      invalid: '{"path',
    } as const;
    const told = await runTool(tools.create, broken, place, async () => {});
    expect(told.text).toMatch(/no JSON object/);
    expect(existsSync(join(place.root, 'a'))).toBe(false);
  });

  test('every tool has a plain object schema, the same each time', () => {
    for (const tool of Object.values(tools)) {
      const spec = toolSpec(tool);
      expect(spec.schema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(spec.schema).not.toHaveProperty('$schema');
      expect(JSON.stringify(toolSpec(tool))).toBe(JSON.stringify(spec));
    }
  });
});

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
    const short = { command: 'echo early; sleep 60', timeout_seconds: 1 };
    expect(await textOf(longer, 'shell', short)).toMatch(
      /early\n\[ended by the time limit of 1 s\]/,
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

describe('view', () => {
  const place = placeWith({
    'a.txt': 'one\ntwo\nthree\n',
    'empty.txt': '',
    'long.txt': `${'line\n'.repeat(2000)}`,
    'bin.dat': 'a\0b',
    'src/deep/er/x.js': '',
    'src/y.js': '',
    '.git/secret': 'x',
  });

  test('numbers lines, and shows a range', async () => {
    expect(await textOf(place, 'view', { path: 'a.txt' })).toBe(
      '     1\tone\n     2\ttwo\n     3\tthree\n',
    );
    expect(await textOf(place, 'view', { path: './a.txt', from: 2, to: 2 })).toBe('     2\ttwo\n');
    expect(await textOf(place, 'view', { path: 'empty.txt' })).toBe('(the file is empty)');
  });

  test('long files come in parts, odd ones with a reason', async () => {
    const text = await textOf(place, 'view', { path: 'long.txt' });
    expect(text).toMatch(/\[shown to line 500 of 2000; view on from 501\]$/);
    expect(await textOf(place, 'view', { path: 'long.txt', from: 3000 })).toMatch(
      /only 2000 lines/,
    );
    expect(await textOf(place, 'view', { path: 'bin.dat' })).toMatch(/binary/);
    expect(await textOf(place, 'view', { path: 'none' })).toBe('there is no none');
  });

  test('lists folders two levels deep, without the inside of .git', async () => {
    const text = await textOf(place, 'view', { path: '/workspace' });
    expect(text.split('\n')).toEqual([
      '.git/',
      'a.txt',
      'bin.dat',
      'empty.txt',
      'long.txt',
      'src/',
      '  deep/',
      '  y.js',
    ]);
  });
});

describe('create and edit', () => {
  test('create makes folders, and replaces', async () => {
    const place = placeWith({});
    expect(await textOf(place, 'create', { path: 'x/y/z.txt', content: 'one' })).toBe(
      'created x/y/z.txt',
    );
    expect(await textOf(place, 'create', { path: 'x/y/z.txt', content: 'two' })).toBe(
      'replaced x/y/z.txt',
    );
    expect(readFileSync(join(place.root, 'x/y/z.txt'), 'utf8')).toBe('two');
    expect((await call(place, 'create', { path: 'x/y/z.txt/below', content: '' })).isError).toBe(
      true,
    );
    expect((await call(place, 'create', { path: 'x/y', content: '' })).isError).toBe(true);
  });

  test('edit replaces the one exact passage, as it is written', async () => {
    const place = placeWith({ 'a.js': 'f($&);\n  g();\nf(1);\n' });
    expect(await textOf(place, 'edit', { path: 'a.js', old: '  g();', new: '  h("$1$&");' })).toBe(
      'edited a.js at line 2',
    );
    expect(readFileSync(join(place.root, 'a.js'), 'utf8')).toBe('f($&);\n  h("$1$&");\nf(1);\n');
  });

  test('edit says why it does nothing', async () => {
    const place = placeWith({ 'a.js': 'x\ny\nx\n', 'crlf.txt': 'a\r\nb\r\n' });
    writeFileSync(join(place.root, 'latin.txt'), Buffer.from([0x61, 0xe4]));
    expect(await textOf(place, 'edit', { path: 'a.js', old: 'z', new: '' })).toMatch(
      /does not occur/,
    );
    expect(await textOf(place, 'edit', { path: 'a.js', old: 'x', new: '' })).toMatch(
      /2 times.*lines 1, 3/,
    );
    expect(await textOf(place, 'edit', { path: 'crlf.txt', old: 'a\nb', new: '' })).toMatch(
      /CR LF/,
    );
    expect(await textOf(place, 'edit', { path: 'latin.txt', old: 'a', new: '' })).toMatch(
      /not UTF-8/,
    );
    expect(await textOf(place, 'edit', { path: 'b.js', old: 'x', new: '' })).toMatch(
      /no file b.js/,
    );
  });
});

describe('search', () => {
  const place = placeWith({
    'a.js': 'const x = f(1);\n',
    'src/b.ts': 'f(2)\nF(3)\n',
    'src/c [d].ts': 'f(4)\n',
    'node_modules/m/i.js': 'f(9)\n',
    '.gitignore': 'node_modules/\n',
  });

  test('finds expressions and plain text, in order, without ignored files', async () => {
    expect(await textOf(place, 'search', { pattern: 'f\\([0-9]' })).toBe(
      'a.js:1:const x = f(1);\nsrc/b.ts:1:f(2)\nsrc/c [d].ts:1:f(4)',
    );
    expect(
      await textOf(place, 'search', {
        pattern: 'f(',
        literal: true,
        path: 'src',
        ignore_case: true,
        glob: 'b*',
      }),
    ).toBe('src/b.ts:1:f(2)\nsrc/b.ts:2:F(3)');
    expect(await textOf(place, 'search', { pattern: 'f', path: 'src/c [d].ts' })).toBe(
      'src/c [d].ts:1:f(4)',
    );
    expect(await textOf(place, 'search', { pattern: 'nowhere' })).toBe('no match');
  });

  test('a bad expression is told; options are no arguments of git', async () => {
    const bad = await call(place, 'search', { pattern: '(' });
    expect(bad).toMatchObject({ isError: true, text: expect.stringMatching(/search failed/) });
    expect(await textOf(place, 'search', { pattern: '--open-files-in-pager=touch x' })).toBe(
      'no match',
    );
  });

  test('many matches are cut, with a note', async () => {
    const many = placeWith({ 'm.txt': `${'y'.repeat(1000)}\n`.repeat(500) });
    const text = await textOf(many, 'search', { pattern: 'y' });
    expect(text).toMatch(/there are more matches/);
    expect(text.length).toBeLessThan(30_000);
  });
});

describe('the workspace is the limit of file tools', () => {
  const outside = folder('outside');
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  const place = placeWith({ 'a.txt': 'a' });
  symlinkSync(outside, join(place.root, 'out'));
  symlinkSync(join(outside, 'secret.txt'), join(place.root, 'file'));
  symlinkSync('/nowhere/at/all', join(place.root, 'dangling'));
  symlinkSync('loop', join(place.root, 'loop'));
  mkdirSync(join(place.root, 'in'));
  symlinkSync('../a.txt', join(place.root, 'in/link'));

  test.each([
    '../outside',
    '/etc/passwd',
    '/workspace/../etc/passwd',
    '/workspaces/x',
    'in/../../x',
    'out/secret.txt',
    'out/new.txt',
    'file',
    'dangling',
    'loop',
    'a\0b',
  ])('%j', async (name) => {
    for (const [tool, input] of [
      ['view', { path: name }],
      ['create', { path: name, content: 'x' }],
      ['edit', { path: name, old: 'secret', new: 'x' }],
      ['search', { pattern: '.', path: name }],
    ] as const) {
      const { isError, text } = await call(place, tool, input);
      expect([tool, isError, text.includes('secret\n')]).toEqual([tool, true, false]);
      expect(text).not.toContain(outside);
    }
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('secret');
    expect(existsSync(join(outside, 'new.txt'))).toBe(false);
  });

  test('links that stay inside are followed, and git is not written', async () => {
    expect(await textOf(place, 'view', { path: 'in/link' })).toBe('     1\ta\n');
    expect((await call(place, 'create', { path: '.git/config', content: '' })).text).toMatch(
      /git's own/,
    );
    expect((await call(place, 'create', { path: 'in/.git/hooks/x', content: '' })).isError).toBe(
      true,
    );
  });
});
