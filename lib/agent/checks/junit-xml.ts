import type { RawResult } from './ecosystem.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** A `testcase` of a JUnit report, with the names of the suites around it. */
export interface JUnitCase {
  readonly suites: readonly XmlElement[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly status: RawResult['status'];
  readonly message?: string | undefined;
}

/** Cases of a JUnit report, as Surefire, Gradle, CTest, PHPUnit and Meson write it. Null where it is none. */
export function readJUnit(text: string): JUnitCase[] | null {
  const root = parseXml(text);
  if (root === undefined || !/^testsuites?$/.test(root.name)) return null;
  return casesIn(root, []);
}

function casesIn(element: XmlElement, around: readonly XmlElement[]): JUnitCase[] {
  const suites = element.name === 'testsuite' ? [...around, element] : around;
  return element.children.flatMap((child) => {
    if (child.name === 'testcase') return [caseOf(child, suites)];
    return child.name === 'testsuite' ? casesIn(child, suites) : [];
  });
}

function caseOf(element: XmlElement, suites: readonly XmlElement[]): JUnitCase {
  const { attributes, children } = element;
  const bad = children.find(({ name }) => name === 'failure' || name === 'error');
  if (bad !== undefined || attributes.status === 'fail') {
    const said = [bad?.attributes.message, bad?.text, textOf(children, 'system-out')];
    const message = said.filter((part) => part?.trim()).join('\n');
    return { suites, attributes, status: 'failed', message };
  }
  const left =
    children.some(({ name }) => name === 'skipped') ||
    /^(notrun|disabled|skipped)$/.test(attributes.status ?? '');
  return { suites, attributes, status: left ? 'skipped' : 'passed' };
}

const textOf = (children: readonly XmlElement[], wanted: string) =>
  children.find(({ name }) => name === wanted)?.text.slice(-4000);
