import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { programsFor } from '../../../../lib/local/sandbox/docker/mounts.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'programs-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an engine is shown alone, or with its own packages out of those that npm put there, in a folder that all may enter', () => {
  const bin = join(folder, 'private', 'codex');
  const npm = (path: string) => join(folder, 'node_modules', path);
  const cli = npm('@anthropic-ai/claude-code/cli.js');
  const binary = npm('@anthropic-ai/claude-code-linux-x64/claude');
  const others = ['@openai/codex/codex.js', '@anthropic-ai/sdk/index.js', 'opencode-ai/opencode'];
  mkdirSync(join(folder, 'private'), { mode: 0o700 });
  for (const path of [bin, cli, binary, ...others.map(npm)]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  symlinkSync(cli, join(folder, 'claude'));
  expect(programsFor({ codex: bin, 'claude-code': join(folder, 'claude') })).toEqual({
    mounts: [
      { source: bin, target: '/run/entropy/engines/codex/codex' },
      ...['@anthropic-ai/claude-code', '@anthropic-ai/claude-code-linux-x64'].map((path) => ({
        source: npm(path),
        target: `/run/entropy/engines/claude-code/node_modules/${path}`,
      })),
    ],
    inside: {
      codex: '/run/entropy/engines/codex/codex',
      'claude-code':
        '/run/entropy/engines/claude-code/node_modules/@anthropic-ai/claude-code/cli.js',
    },
  });
});
