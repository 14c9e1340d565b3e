import { expect, test } from '@jest/globals';
import { readTox } from '../../../lib/agent/checks/python-tox.ts';

const environment = '[testenv]\ncommands = nose2\n';

test.each([
  ['skip_install = true', `${environment}skip_install = true\n`],
  ['skipsdist in [tox]', `[tox]\nenvlist = py\nskipsdist = True\n${environment}`],
  [
    'no_package in [tox], which stands last',
    `${environment}[tox]\nno_package = yes # no library\n`,
  ],
])('the project is not installed: %s', (_, text) => {
  expect(readTox(text)).toEqual({ deps: [], commands: ['nose2'], skipInstall: true });
});

test.each([
  ['by default', environment],
  ['skipsdist = false', `[tox]\nskipsdist = false\n${environment}`],
  [
    'where only another section leaves it out',
    `${environment}[testenv:lint]\nskip_install = true\n`,
  ],
  [
    'where [tox]’s setting stands in [testenv], which tox does not read',
    `${environment}skipsdist = true\n`,
  ],
])('the project is installed: %s', (_, text) => {
  expect(readTox(text)).toEqual({ deps: [], commands: ['nose2'], skipInstall: false });
});
