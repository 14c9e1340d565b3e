import { expect, test } from '@jest/globals';
import { parseTrx } from '../../../lib/agent/checks/dotnet.ts';

/** As `dotnet test --logger trx` writes it, with what is not read here left out. */
const trx = `\uFEFF<?xml version="1.0" encoding="utf-8"?>
<TestRun id="r" name="n" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Results>
    <UnitTestResult executionId="1" testId="a" testName="Sums.Tests.SumTests.Adds" outcome="Passed" />
    <UnitTestResult executionId="2" testId="b" testName="Sums.Tests.SumTests.Doubles(a: 2)" outcome="Failed">
      <Output><ErrorInfo><Message>Assert.Equal() Failure</Message><StackTrace>at Sums</StackTrace></ErrorInfo></Output>
    </UnitTestResult>
    <UnitTestResult executionId="3" testId="c" testName="Sums.Tests.SumTests.Later" outcome="NotExecuted" />
  </Results>
  <TestDefinitions>
    <UnitTest name="Adds" id="a"><TestMethod className="Sums.Tests.SumTests" name="Adds" /></UnitTest>
    <UnitTest name="Doubles" id="b"><TestMethod className="Sums.Tests.SumTests, Sums" name="Doubles" /></UnitTest>
    <UnitTest name="Later" id="c"><TestMethod className="Sums.Tests.SumTests" name="Later" /></UnitTest>
  </TestDefinitions>
</TestRun>`;

test('a TRX report is read per test', () => {
  expect(parseTrx(trx)).toEqual([
    { file: 'Sums.Tests.SumTests', names: ['Adds'], status: 'passed' },
    {
      file: 'Sums.Tests.SumTests',
      names: ['Doubles(a: 2)'],
      status: 'failed',
      message: 'Assert.Equal() Failure\nat Sums',
    },
    { file: 'Sums.Tests.SumTests', names: ['Later'], status: 'skipped' },
  ]);
  expect(parseTrx('<x/>')).toBeNull();
});
