import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readAutomake } from '../../../lib/agent/checks/automake.ts';
import { mergeSources } from '../../../lib/agent/checks/c-sources.ts';
import { cmake } from '../../../lib/agent/checks/cmake.ts';
import { meson } from '../../../lib/agent/checks/meson.ts';

const channel = { dir: '/c', tree: '/t' };

describe('make check', () => {
  /** As automake 1.16's parallel harness printed it. */
  const printed = `make  check-TESTS
make[1]: Entering directory '/t/tests'
make[2]: Entering directory '/t/tests'
PASS: keyval
FAIL: suite
SKIP: later
XFAIL: known
PASS: points.tap 1 - opens
FAIL: points.tap 2 - closes
ERROR: points.tap - exited with status 1
============================================================================
Testsuite summary for sums 1.0
============================================================================
# TOTAL: 7
# PASS:  2
`;

  test('gives a result for each line of automake’s', async () => {
    const results = await readAutomake({ output: printed, channel });
    expect(results?.map(({ file, names, status }) => [file, ...names, status])).toEqual([
      ['tests', 'keyval', 'passed'],
      ['tests', 'suite', 'failed'],
      ['tests', 'later', 'skipped'],
      ['tests', 'known', 'skipped'],
      ['tests', 'points.tap', 'opens', 'passed'],
      ['tests', 'points.tap', 'closes', 'failed'],
      ['tests', 'points.tap - exited with status 1', 'failed'],
    ]);
  });

  test.each([
    ['=====\n1 test passed\n=====\n', 1],
    ['===\nAll 3 tests passed\n===\n', 1],
    ['1 of 2 tests failed\n', 1],
    ['', null],
  ])('counts only with the harness’s own summary: %j', async (end, wanted) => {
    const results = await readAutomake({ output: `PASS: check_csv\n${end}`, channel });
    expect(results === null ? null : results.length).toBe(wanted);
  });
});

/** As CTest 3.25 and Meson 1.0 wrote them. */
const ctest = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-c++" tests="3" failures="1" disabled="0" skipped="1" hostname="" time="0">
	<testcase name="parse_hex4" classname="parse_hex4" time="0.02" status="run"><system-out>ok</system-out></testcase>
	<testcase name="print" classname="print" time="0.02" status="fail"><failure message=""/><system-out>said</system-out></testcase>
	<testcase name="off" classname="off" time="0" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
</testsuite>`;
const mesonReport = `<?xml version='1.0' encoding='utf8'?><testsuites tests="3" errors="0" failures="1">
<testsuite name="sums" tests="1" errors="0" failures="0" skipped="0"><testcase name="adds" classname="sums" time="0.1"/></testsuite>
<testsuite name="points" tests="2" errors="0" failures="1" skipped="0"><testcase name="one" /><testcase name="two"><failure /></testcase></testsuite></testsuites>`;

async function read(kind: typeof cmake, captured: string, report: string) {
  const dir = mkdtempSync(join(tmpdir(), 'entropy-reports-'));
  const line = { captured, program: captured, code: 0, output: '', report };
  writeFileSync(join(dir, 'captured-1.jsonl'), `${JSON.stringify(line)}\n`);
  const results = await kind.read?.({ channel: { dir, tree: '/t' }, output: '' });
  rmSync(dir, { recursive: true });
  return results?.map(({ names, status }) => [...names, status]);
}

test('reports of CTest and Meson are read per test', async () => {
  expect(await read(cmake, 'ctest', ctest)).toEqual([
    ['parse_hex4', 'passed'],
    ['print', 'failed'],
    ['off', 'skipped'],
  ]);
  expect(await read(meson, 'meson', mesonReport)).toEqual([
    ['sums', 'adds', 'passed'],
    ['points', 'one', 'passed'],
    ['points', 'two', 'failed'],
  ]);
  expect(await read(cmake, 'ctest', '')).toBeUndefined();
});

test('a build file may gain and lose source files, and nothing else', () => {
  const base = 'add_library(a\n  a.c # why\n)\nadd_test(NAME t COMMAND t)\n';
  const more = base.replace('a.c', 'a.c\n  src/b.c');
  expect(mergeSources(base, more)).toBe(more);
  expect(mergeSources(more, base)).toBe(base);
  expect(mergeSources(base, base.replace('COMMAND t', 'COMMAND true'))).toBeUndefined();
  expect(mergeSources(base, more.replace('add_test(NAME t COMMAND t)', ''))).toBeUndefined();
});
