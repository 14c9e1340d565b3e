import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawResult, Reported } from './ecosystem.ts';

const entering = /^make(?:\[\d+\])?: Entering directory [`'‘]?(.*?)['’]$/;
const point = /^(PASS|FAIL|SKIP|XFAIL|XPASS|ERROR): (.+)$/;
/** What both of automake's harnesses end a folder's tests with. */
const summary =
  /^# TOTAL: +\d+$|^(?:All )?\d+ (?:of \d+ )?tests? (?:passed|failed|behaved as expected|did not behave as expected)\b.*$/;
const statuses: Readonly<Record<string, RawResult['status']>> = {
  PASS: 'passed',
  FAIL: 'failed',
  ERROR: 'failed',
  XPASS: 'failed',
  SKIP: 'skipped',
  XFAIL: 'skipped',
};

/**
 * Results that automake's `make check` prints: the tests' own words go into files of theirs, or, with the
 * older harness, stand between the results. Null where no folder's tests came to a summary.
 */
export async function readAutomake({ output, channel }: Reported): Promise<RawResult[] | null> {
  const found: { folder: string; name: string; word: string }[] = [];
  let folder = '';
  let whole = false;
  for (const line of output.split('\n')) {
    const place = entering.exec(line)?.[1];
    if (place !== undefined) folder = place.replace(channel.tree, '').replace(/^\//, '');
    const [, word = '', name = ''] = point.exec(line) ?? [];
    if (word !== '') found.push({ folder, name: name.trim(), word });
    if (summary.test(line)) whole = true;
  }
  if (!whole || found.length === 0) return null;
  return Promise.all(
    found.map(async ({ folder: file, name, word }): Promise<RawResult> => {
      const status = statuses[word] ?? 'failed';
      // A test that speaks TAP has a line for each of its points: `name 1 - what it says`.
      const [, program = name, said] = /^(\S+) \d+(?: - (.*))?$/.exec(name) ?? [];
      const names = said === undefined ? [name] : [program, said];
      if (status !== 'failed') return { file, names, status };
      const log = join(channel.tree, file, `${program.replace(/\.(test|sh|tap)$/, '')}.log`);
      const message = await readFile(log, 'utf8').catch(() => word);
      return { file, names, status, message: message.slice(-4000) };
    }),
  );
}
