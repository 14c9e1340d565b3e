import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { programsFor } from '../../../../lib/local/sandbox/docker/mounts.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'programs-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an engine is shown alone, or with the packages that npm put beside it, in a folder that all may enter', () => {
  const bin = join(folder, 'private', 'codex');
  const cli = join(folder, 'node_modules', 'claude', 'cli.js');
  mkdirSync(join(folder, 'private'), { mode: 0o700 });
  mkdirSync(join(folder, 'node_modules', 'claude'), { recursive: true });
  for (const path of [bin, cli]) writeFileSync(path, '');
  symlinkSync(cli, join(folder, 'claude'));
  expect(programsFor({ codex: bin, 'claude-code': join(folder, 'claude') })).toEqual({
    mounts: [
      { source: bin, target: '/run/entropy/engines/codex/codex' },
      {
        source: join(folder, 'node_modules'),
        target: '/run/entropy/engines/claude-code/node_modules',
      },
    ],
    inside: {
      codex: '/run/entropy/engines/codex/codex',
      'claude-code': '/run/entropy/engines/claude-code/node_modules/claude/cli.js',
    },
  });
});
