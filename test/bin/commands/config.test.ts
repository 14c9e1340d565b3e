import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { defaultPolicy, policyJsonSchema } from '../../../lib/domain/policy.ts';
import { desk, jsonLines } from '../command-line.ts';

const at = desk();
afterAll(() => at.remove());
const folder = join(at.root, 'a repository');
mkdirSync(folder);
const file = join(folder, '.entropy.yml');
const wrong = 'version: 1\nmerge: handover\nrole: {}\n';

describe('config check', () => {
  test('prints the rules that hold, also without a file', async () => {
    const none = await at.entropy(['config', 'check', folder]);
    expect(none).toMatchObject({ code: 0, err: expect.stringContaining('these are the defaults') });
    expect(parse(none.out)).toEqual(defaultPolicy);
    writeFileSync(file, 'version: 1\ndaily: { runs: 3 }\n');
    const { code, out, err } = await at.entropy(['config', 'check', folder]);
    expect({ code, err }).toEqual({ code: 0, err: 'valid\n' });
    expect(parse(out)).toEqual({ ...defaultPolicy, daily: { runs: 3 } });
  });

  test('tells every fault by file, line and key', async () => {
    writeFileSync(file, wrong);
    const { code, out, err } = await at.entropy(['config', 'check', file]);
    expect(code).toBe(2);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/\.entropy\.yml:2: merge: .*; did you mean hand-over\?$/),
      expect.stringMatching(/\.entropy\.yml:3: role: unknown key; did you mean roles\?$/),
      '',
    ]);
    expect(err).toBe('not valid: 2 to mend\n');
  });

  test('--json gives one object', async () => {
    writeFileSync(file, wrong);
    const told = await at.entropy(['config', 'check', file, '--json']);
    expect(told.code).toBe(2);
    expect(jsonLines(told)).toEqual([
      {
        type: 'config',
        file,
        ok: false,
        policy: null,
        faults: [
          { line: 2, key: 'merge', message: expect.any(String) },
          { line: 3, key: 'role', message: expect.any(String) },
        ],
      },
    ]);
    writeFileSync(file, 'version: 1\n');
    const [valid] = jsonLines(await at.entropy(['config', 'check', folder, '--json']));
    expect(valid).toMatchObject({ ok: true, faults: [], policy: defaultPolicy });
  });

  test('a file that is named must be there', async () => {
    const { code, err } = await at.entropy(['config', 'check', join(folder, 'no.yml')]);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/ConfigInvalid: there is no/),
    });
  });
});

test('config schema is what an editor can hold a file against', async () => {
  const { code, out } = await at.entropy(['config', 'schema']);
  expect({ code, schema: JSON.parse(out) }).toEqual({ code: 0, schema: policyJsonSchema() });
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  const fits = ajv.compile(JSON.parse(out));
  expect(
    fits(parse('version: 1\nroles: { coder: { model: x } }\nregistries: [a.example.org]')),
  ).toBe(true);
  expect(fits(parse(wrong))).toBe(false);
});
