import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readJUnit } from '../../../lib/agent/checks/junit-xml.ts';
import { adaptWrappers, readJvmReports } from '../../../lib/agent/checks/jvm-reports.ts';
import { mergePom } from '../../../lib/agent/checks/maven-pom.ts';
import { parseXml } from '../../../lib/agent/checks/xml.ts';

/** As Surefire 3 wrote it. */
const surefire = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0" name="a.UtilTest" time="0.2" tests="3" errors="0" skipped="1" failures="1">
  <properties><property name="line.separator" value="&#10;"/></properties>
  <testcase name="passes" classname="a.UtilTest" time="0.1"/>
  <testcase name="fails" classname="a.UtilTest" time="0.04">
    <failure message="1 &lt; 2" type="java.lang.AssertionError"><![CDATA[java.lang.AssertionError: no
\tat a.UtilTest.fails(UtilTest.java:65)
]]></failure>
    <system-err><![CDATA[<testcase name="forged" classname="a.UtilTest"/>]]></system-err>
  </testcase>
  <testcase name="later" classname="a.UtilTest" time="0"><skipped message="not yet"/></testcase>
</testsuite>
`;
/** As Gradle 8 wrote it. */
const gradle = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="b.SumTest" tests="1" skipped="0" failures="0" errors="0" timestamp="2024-01-01T00:00:00" hostname="h" time="0.01">
  <properties/>
  <testcase name="adds()" classname="b.SumTest" time="0.01"/>
  <system-out><![CDATA[]]></system-out>
  <system-err><![CDATA[]]></system-err>
</testsuite>
`;
const said = (run: number, bad: number) =>
  `[ERROR] Tests run: ${run}, Failures: ${bad}, Errors: 0, Skipped: 1, Time elapsed: 0.2 s <<< FAILURE! -- in a.UtilTest\n`;

async function read(reports: readonly string[], output: string) {
  const dir = mkdtempSync(join(tmpdir(), 'entropy-reports-'));
  const line = { captured: 'reports', program: 'mvn', code: 0, output, reports };
  writeFileSync(join(dir, 'captured-1.jsonl'), `${JSON.stringify(line)}\n`);
  const results = await readJvmReports({ channel: { dir, tree: '/tree' }, output });
  rmSync(dir, { recursive: true });
  return results;
}

test('reports of Surefire and of Gradle are read per test', async () => {
  expect(await read([surefire, gradle], said(3, 1))).toEqual([
    { file: 'a.UtilTest', names: ['passes'], status: 'passed' },
    {
      file: 'a.UtilTest',
      names: ['fails'],
      status: 'failed',
      message: expect.stringMatching(/^1 < 2\n/),
    },
    { file: 'a.UtilTest', names: ['later'], status: 'skipped' },
    { file: 'b.SumTest', names: ['adds'], status: 'passed' },
  ]);
});

test('a report that is not what Maven said of the class is told', async () => {
  const results = await read([surefire], said(4, 2));
  expect(results?.at(-1)).toMatchObject({ names: ['(report)'], status: 'failed' });
});

test('without a report there are no results', async () => {
  expect(await read([], 'BUILD FAILURE\n')).toBeNull();
  expect(await read(['<testsuite'], '')).toBeNull();
});

test('what is no XML, or asks for more than a report needs, is none', () => {
  for (const text of [
    '',
    'x',
    '<a>',
    '<a></b>',
    '<a><b></a></b>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a/>',
    '<a>'.repeat(300),
  ]) {
    expect(parseXml(text)).toBeUndefined();
  }
  expect(parseXml('<a b="1&quot;" c=\'2\'>x<!-- no -->&#x41;<d/></a>')).toMatchObject({
    attributes: { b: '1"', c: '2' },
    text: 'xA',
    children: [{ name: 'd' }],
  });
  expect(readJUnit('<html/>')).toBeNull();
});

test('a wrapper in the tree goes through our runner', () => {
  const channel = { dir: '/c', tree: '/t' };
  expect(adaptWrappers('./mvnw -B test', channel)).toBe(
    `"$ENTROPY_NODE" '/c/capture.mjs' reports ./mvnw -B test`,
  );
  expect(adaptWrappers('mvn test', channel)).toBe('mvn test');
});

test('pom.xml: dependencies of the registry are the change’s, all else is the base’s', () => {
  const pom = (dependencies: string, rest = '') =>
    `<project><properties>${rest}</properties><dependencies>${dependencies}</dependencies></project>`;
  const one =
    '<dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency>';
  const two = one.replace('<version>1', '<version>2');
  expect(mergePom(pom(one), pom(two, '<skipTests>true</skipTests>'))).toBe(pom(two));
  expect(mergePom(pom(one), pom(two))).toBe(pom(two));
  const path = one.replace('</version>', '</version><systemPath>/x.jar</systemPath>');
  expect(mergePom(pom(one), pom(path))).toBe(pom(one));
});
