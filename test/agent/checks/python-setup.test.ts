import { expect, test } from '@jest/globals';
import { toxSetup } from '../../../lib/agent/checks/python-setup.ts';

const pip = '"$VIRTUAL_ENV/bin/python3" -m pip install -q';
const venv = 'python3 -m venv "$VIRTUAL_ENV"';
const setupOf = (files: readonly string[], skipInstall: boolean) =>
  toxSetup(
    { files, read: async () => undefined },
    { deps: ['nose2'], commands: ['nose2'], skipInstall },
  );

test.each(['setup.py', 'pyproject.toml', 'setup.cfg'])(
  'with %s tox installs the project',
  (file) => {
    expect(setupOf([file], false)).toEqual([venv, `${pip} 'nose2'`, `${pip} -e .`]);
    expect(setupOf([file], true)).toEqual([venv, `${pip} 'nose2'`]);
  },
);

test('where there is no project at the root, none is installed', () => {
  expect(setupOf(['sums.py', 'tools/setup.py'], false)).toEqual([venv, `${pip} 'nose2'`]);
});
