import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { projectContext } from '../../lib/cdk/project-context.ts';

const app = fileURLToPath(new URL('../../bin/app.ts', import.meta.url));
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** Runs the app as the toolkit does, with words of the command line. */
function synth(words: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'entropy-app-'));
  made.push(folder);
  const context = JSON.stringify({ ...projectContext(), ...words });
  const { CDK_DEFAULT_ACCOUNT: _account, CDK_DEFAULT_REGION: _region, ...env } = process.env;
  execFileSync(process.execPath, [app], {
    env: { ...env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: context, NODE_OPTIONS: '' },
    stdio: 'pipe',
  });
  return readFileSync(join(folder, `Entropy-${words.name}.template.json`), 'utf8');
}

test('words of the command line decide what is made, from the real functions', () => {
  const fitted = synth({ name: 'one', image: 'entropy:dev', emulator: 'true' });
  expect(fitted).not.toContain('AWS::Route53Resolver::');
  expect(fitted).toContain('entropy:dev');
});

test('a word that is wrong is told, and nothing is made', () => {
  expect(() => synth({ name: 'one', image: 'entropy:latest' })).toThrow(/not pinned/);
});
