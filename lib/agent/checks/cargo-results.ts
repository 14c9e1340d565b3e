import { type Captured, readCaptured } from './captured.ts';
import type { RawResult, Reported } from './ecosystem.ts';
import { type LibtestResult, parseLibtest } from './libtest.ts';

/**
 * Results of cargo's test programs and of tests in documentation, from what our runner kept of them; null
 * where cargo ran none.
 */
export async function readCargo({ channel }: Reported): Promise<RawResult[] | null> {
  const programs = await readCaptured(channel.dir, 'cargo-test');
  const documents = await readCaptured(channel.dir, 'rustdoc');
  if (programs.length + documents.length === 0) return null;
  return [...programs.flatMap(ofProgram), ...documents.flatMap(ofDocuments)];
}

function ofProgram(captured: Captured): RawResult[] {
  const { program, code, output, root, log } = captured;
  const crate = program.replace(/-[0-9a-f]{16}$/, '');
  const file = typeof root === 'string' && root !== '' ? root : crate;
  const whole = (status: RawResult['status'], message?: string): RawResult => ({
    file,
    names: [crate],
    status,
    message,
  });
  const read = parseLibtest(output);
  // A harness of the repository's own: its exit code is its result.
  if (typeof log !== 'string' && read === null) {
    return [whole(code === 0 ? 'passed' : 'failed', output.slice(-4000))];
  }
  if (read === null) return [whole('failed', 'the program ended before its tests')];
  const logged = typeof log === 'string' ? new Set(log.split('\n')) : undefined;
  const results = read.results.map((test): RawResult => {
    const unlogged =
      test.status === 'passed' && logged !== undefined && !logged.has(`ok ${test.name}`);
    const { name, status, message } = unlogged ? notRun(test) : test;
    return { file, names: [crate, ...name.split('::')], status, message };
  });
  const failed = results.some(({ status }) => status === 'failed');
  if (!read.whole) results.push(whole('failed', 'the program did not come to its own end'));
  else if (code !== 0 && !failed) results.push(whole('failed', output.slice(-4000)));
  return results;
}

const notRun = (test: LibtestResult): LibtestResult => ({
  ...test,
  status: 'failed',
  message: 'the harness printed that it passed, and its log does not say so',
});

/** `src/lib.rs - path::to::item (line 12)`; the line is left out, since it changes with what is above. */
function ofDocuments({ code, output }: Captured): RawResult[] {
  const read = parseLibtest(output);
  const results = (read?.results ?? []).map(({ name, status, message }): RawResult => {
    const [, path = '', item = ''] = /^(.+?) - (.*)$/.exec(name) ?? [undefined, '', name];
    // What stands in a page of text can't be told from the source that includes it, and proves nothing.
    const counts = status !== 'passed' || !/\.(md|txt)$/.test(path);
    const shown = item.replace(/\s*\(line \d+\)/, '');
    const names = ['documentation', ...shown.split('::').filter(Boolean)];
    return { file: path, names, status: counts ? status : 'skipped', message };
  });
  const failed = results.some((test) => test.status === 'failed');
  if (failed || (code === 0 && read?.whole !== false)) return results;
  const message = output.slice(-4000);
  return [...results, { file: '', names: ['documentation'], status: 'failed', message }];
}
