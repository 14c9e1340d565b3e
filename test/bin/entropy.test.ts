import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { desk, program } from './command-line.ts';

const at = desk();
afterAll(() => at.remove());

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

describe('help', () => {
  test('the program tells its version and its commands, as a program of its own too', async () => {
    const told = await at.start(['--version'], {}, [program]).ended;
    expect(told).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const { code, out } = await at.entropy(['--help']);
    expect(code).toBe(0);
    for (const name of ['demo', 'run', 'serve', 'status', 'logs', 'cancel', 'retry', 'replay']) {
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(out).toMatch(/Exit codes: 0 merged or handed over, 2 wrong use, 3 a question/);
  });

  test.each([
    ['run', /--budget <amount>[\s\S]*entropy run --repo \. --issue bug\.md/],
    ['logs', /--follow[\s\S]*entropy logs r-/],
    ['audit', /entropy audit verify \.\/a-copied-ledger-folder --key/],
    ['serve', /ENTROPY_WEBHOOK_SECRET_FILE/],
  ])('%s has examples, and names where the data is', async (command, said) => {
    const { code, out } = await at.entropy([command, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(said);
    expect(out).toMatch(/Global Options:[\s\S]*--data-dir <folder>/);
  });
});

describe('wrong use', () => {
  test('an unknown command', async () => {
    const { code, out, err } = await at.entropy(['rum']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/unknown command 'rum'\n\(Did you mean run\?\)/);
  });

  test.each(['status', 'logs', 'cancel', 'retry', 'replay', 'audit verify', 'audit show'])(
    '%s of a run that nobody knows',
    async (command) => {
      const { code, out, err } = await at.entropy([...command.split(' '), 'r-nobody']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^entropy: NotFound: no (run|ledger) r-nobody.*\n$/);
    },
  );

  test('leaves nothing behind', () => expect(existsSync(at.dataDir)).toBe(false));

  test('a list of no runs is no error', async () => {
    expect(await at.entropy(['status'])).toEqual({ code: 0, out: 'no runs yet\n', err: '' });
    expect(await at.entropy(['status', '--json'])).toEqual({ code: 0, out: '', err: '' });
    expect(existsSync(at.dataDir)).toBe(false);
  });

  test('a port that is none', async () => {
    const { code, err } = await at.entropy(['serve', '--port', 'abc']);
    expect(code).toBe(2);
    expect(err).toMatch(/'abc' is invalid. Give a number from 0/);
  });
});
