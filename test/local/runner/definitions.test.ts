import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDefinitions } from '../../../lib/local/runner/definitions.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'entropy-definitions-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const url = new URL('../../../statemachines/issue-run.asl.json', import.meta.url);
const text = readFileSync(url, 'utf8');

test('a run that began before an upgrade finds the definition it began with', async () => {
  const before = await openDefinitions(dataDir, text);
  const upgraded = text.replace('"StartAt": "Admit"', '"StartAt": "Admit" ');
  const after = await openDefinitions(dataDir, upgraded);
  expect(after.present.digest).not.toBe(before.present.digest);
  expect(after.of(before.present.digest)).toEqual(before.present);
  expect(after.of(after.present.digest)).toBe(after.present);
});

test('a definition that was never walked here is not made up', async () => {
  const { of } = await openDefinitions(dataDir, text);
  expect(of('0'.repeat(64))).toBeUndefined();
  expect(of('../../etc/passwd')).toBeUndefined();
});
