// A node:test reporter that appends one JSON line per result to this process's own results file, and at the end
// a digest of them all. Loaded through NODE_OPTIONS beside the usual reporter; it prints nothing.
import { realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { begin, end, write } from './signed.mjs';

const root = realpathSync(process.cwd());
const loadError =
  /SyntaxError|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot find (?:module|package)|does not provide an export|ERR_UNSUPPORTED_DIR_IMPORT|ERR_PACKAGE_PATH_NOT_EXPORTED/;

function relativeTo(file) {
  if (typeof file !== 'string' || file === '') return '';
  if (!isAbsolute(file)) return file;
  let real = file;
  try {
    real = realpathSync(file);
  } catch {
    // The file is gone; its name still tells it apart.
  }
  return relative(root, real);
}

function messageOf(error) {
  const cause = error?.cause ?? error;
  const text = typeof cause === 'string' ? cause : (cause?.stack ?? cause?.message);
  return String(text ?? error?.message ?? '').slice(0, 4000);
}

/** A file that declares no test, or did not load, stands as one test named after itself. */
const standsForFile = (data) =>
  data.nesting === 0 && relativeTo(data.name) === relativeTo(data.file);

function line(event, path, stderr) {
  const { data } = event;
  const file = relativeTo(data.file);
  const isFile = standsForFile(data);
  const names = isFile ? [] : path;
  const skipped = data.skip !== undefined || data.todo !== undefined;
  const status = skipped ? 'skipped' : event.type === 'test:pass' ? 'passed' : 'failed';
  if (status !== 'failed') return { file, names, status };
  const said = isFile ? (stderr.get(file) ?? '') : messageOf(data.details?.error);
  return {
    file,
    names,
    status,
    message: said,
    ...(isFile && loadError.test(said) ? { load: true } : {}),
  };
}

/** Names of the tests a test stands in, by file: the events of a file come in the order of definition. */
const enclosing = new Map();
function pathOf(data) {
  const stack = enclosing.get(data.file) ?? [];
  return [...stack.slice(0, data.nesting), data.name];
}

const suites = new Set();
const placeOf = ({ file, nesting, name }) => JSON.stringify([file, nesting, name]);

export default async function* report(source) {
  const stderr = new Map();
  begin('node');
  process.once('exit', end);
  write({ hello: 'node:test' });
  for await (const event of source) {
    const { type, data } = event;
    if (type === 'test:dequeue') {
      if (data.type === 'suite') suites.add(placeOf(data));
    } else if (type === 'test:start') {
      const path = pathOf(data);
      enclosing.set(data.file, path);
      const names = standsForFile(data) ? [] : path;
      // A suite is no test: only its own failing, in a hook say, is told.
      if (!suites.has(placeOf(data)))
        write({ file: relativeTo(data.file), names, status: 'started' });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const { type: kind, error } = data.details ?? {};
      const own = type === 'test:fail' && error?.failureType !== 'subtestsFailed';
      if (kind !== 'suite' || own) write(line(event, pathOf(data), stderr));
    } else if (type === 'test:stderr') {
      const file = relativeTo(data.file);
      stderr.set(file, `${stderr.get(file) ?? ''}${data.message}`.slice(-4000));
    }
  }
  end();
  yield '';
}
