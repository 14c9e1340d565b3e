/** What runs Python's tests, or judges them, when it is installed: never the change's own. */
const runners = 'unittest pytest _pytest pluggy iniconfig doctest coverage xdist pytest_cov nose2';

/** Modules of Python itself that a test runner or our reporter loads. */
const standard =
  'abc argparse ast asyncio atexit base64 bdb bisect builtins calendar codecs collections concurrent configparser contextlib copy csv ctypes dataclasses datetime decimal difflib dis email enum errno faulthandler fnmatch functools gc getpass glob gzip hashlib heapq hmac html http importlib inspect io ipaddress itertools json keyword linecache locale logging math multiprocessing numbers opcode operator os pathlib pdb pickle pkgutil platform posixpath pprint queue random re reprlib runpy select selectors shlex shutil signal site socket stat statistics string struct subprocess sys sysconfig tempfile textwrap threading time timeit token tokenize traceback types typing unicodedata urllib uuid warnings weakref xml zipfile zipimport';

const inSource = new Set(runners.split(' '));
const atRoot = new Set([...inSource, ...standard.split(' ')]);
const python = /\.(py|pyc|pyd|so)$/;

/**
 * True for a module that would stand before the test runner, or before what it loads, on Python's path, and
 * that the base does not have: a project that is itself called so goes on as before.
 */
export function shadowsRunner(path: string, base: readonly string[]): boolean {
  if (!python.test(path)) return false;
  const source = path.startsWith('src/');
  const folder = source ? 'src/' : '';
  const top = (path.slice(folder.length).split('/')[0] ?? '').replace(/\..*$/, '');
  if (!(source ? inSource : atRoot).has(top)) return false;
  const stands = (file: string) =>
    file === `${folder}${top}.py` || (file.startsWith(`${folder}${top}/`) && python.test(file));
  return !base.some(stands);
}
