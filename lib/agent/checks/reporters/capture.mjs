// Runs a program that runs tests, passes on what it says, and keeps under our signature what it said and what it
// left in the files it was asked for: the tests are other processes than this one.
//
// capture.mjs KIND PROGRAM ARGUMENTS...
import { spawn } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { begin, end, folder, write } from './signed.mjs';

const most = 32 * 1024 * 1024;
const [kind, program, ...given] = process.argv.slice(2);

function textOf(path) {
  try {
    const facts = lstatSync(path);
    return facts.isFile() && facts.size <= most ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Reports by the names of their folders; at most so deep as modules may be nested. */
function reportsIn(place, depth = 0) {
  if (depth > 12) return [];
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const path = join(place, entry.name);
    if (entry.isDirectory()) {
      return /^(\.git|\.gradle|node_modules|src)$/.test(entry.name)
        ? []
        : reportsIn(path, depth + 1);
    }
    const isReport = /\/(surefire-reports|failsafe-reports|test-results\/\w+)\/TEST-[^/]*\.xml$/;
    return entry.isFile() && isReport.test(path) ? [path] : [];
  });
}

const kinds = {
  /** A test program of cargo's; Rust's own harness writes a log of its own, another one may know nothing of it. */
  'cargo-test': (place) => {
    const log = join(place, 'log');
    const isLibtest = readFileSync(program).includes('Write logs to the specified file');
    // Says which file the program was made of, before any of it runs.
    const made = textOf(`${program}.d`)?.split('\n')[0] ?? '';
    const root = made.slice(made.indexOf(': ') + 2).split(/(?<!\\) /)[0] ?? '';
    return {
      args: isLibtest ? [...given, '--logfile', log] : given,
      facts: () => ({ root, ...(isLibtest ? { log: textOf(log) ?? '' } : {}) }),
    };
  },
  /** Maven or Gradle: their reports are in the tree, where none is before. */
  reports: () => {
    for (const path of reportsIn(process.cwd())) rmSync(path);
    return {
      args: given,
      facts: () => ({ reports: reportsIn(process.cwd()).flatMap((path) => textOf(path) ?? []) }),
    };
  },
  ctest: (place) => {
    const report = join(place, 'report.xml');
    const facts = () => ({ report: textOf(report) ?? '' });
    return { args: [...given, '--output-junit', report], facts };
  },
  meson: () => {
    const at = given.indexOf('-C');
    const report = join(at === -1 ? '.' : given[at + 1], 'meson-logs', 'testlog.junit.xml');
    rmSync(report, { force: true });
    return { args: given, facts: () => ({ report: textOf(report) ?? '' }) };
  },
  phpunit: (place) => {
    const report = join(place, 'report.xml');
    // Behind the script, which the options before it are not for.
    const args = [...given, '--log-junit', report];
    return { args, facts: () => ({ report: textOf(report) ?? '' }) };
  },
  dotnet: (place) => {
    const at = given.indexOf('--');
    const ours = ['--logger', 'trx', '--results-directory', place];
    const args =
      at === -1 ? [...given, ...ours] : [...given.slice(0, at), ...ours, ...given.slice(at)];
    const names = () => readdirSync(place).filter((name) => name.endsWith('.trx'));
    return {
      args,
      facts: () => ({ reports: names().flatMap((name) => textOf(join(place, name)) ?? []) }),
    };
  },
  rustdoc: () => ({ args: given, facts: () => ({}) }),
};

function run(args, keep) {
  return new Promise((resolve) => {
    const stdio = keep === undefined ? 'inherit' : ['inherit', 'pipe', 'pipe'];
    const child = spawn(program, args, { stdio });
    if (keep !== undefined) {
      child.stdout.on('data', (chunk) => {
        keep(chunk);
        process.stdout.write(chunk);
      });
      child.stderr.on('data', (chunk) => process.stderr.write(chunk));
    }
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(127);
    });
    const event = keep === undefined ? 'exit' : 'close';
    child.once(event, (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

const place = begin('captured') ? mkdtempSync(join(folder, 'asked-')) : undefined;
if (place === undefined) {
  process.exitCode = await run(given);
} else {
  const { args, facts } = kinds[kind](place);
  const kept = [];
  let size = 0;
  const code = await run(args, (chunk) => {
    size += chunk.length;
    if (size <= most) kept.push(chunk);
  });
  const output = Buffer.concat(kept).toString('utf8');
  const name = basename(program);
  write({ captured: kind, program: name, folder: dirname(program), code, output, ...facts() });
  rmSync(place, { recursive: true, force: true });
  end();
  process.exitCode = code;
}
