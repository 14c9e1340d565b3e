import { readCaptured } from './captured.ts';
import type { Channel, RawResult, Reported } from './ecosystem.ts';
import { type JUnitCase, readJUnit } from './junit-xml.ts';

/** Programs of the tree itself that start Maven or Gradle go through our runner as those on PATH do. */
export function adaptWrappers(command: string, { dir }: Channel): string {
  const runner = `"$ENTROPY_NODE" '${dir}/capture.mjs' reports`;
  return command.replace(/(^|[\s(;&])(\.\/(?:mvnw|gradlew))(?=\s|$)/g, `$1${runner} $2`);
}

/**
 * Reports that Maven and Gradle wrote: XML in the tree, taken by our runner when they had ended. Null where
 * neither was run. What Maven said of a class as it ended must fit its report.
 */
export async function readJvmReports({ channel }: Reported): Promise<RawResult[] | null> {
  const runs = await readCaptured(channel.dir, 'reports');
  const results = runs.flatMap(({ reports, output }) => {
    const texts = Array.isArray(reports) ? reports.filter((one) => typeof one === 'string') : [];
    const cases = texts.flatMap((text) => readJUnit(text) ?? []);
    return [...cases.map(resultOf), ...unlike(output, cases)];
  });
  return results.length === 0 ? null : results;
}

function resultOf({ attributes, suites, status, message }: JUnitCase): RawResult {
  const suite = suites.at(-1)?.attributes.name ?? '';
  const { classname = suite, name = '' } = attributes;
  // A class that could not be started stands as a case without a name.
  const names = name === '' || name === classname ? [] : [name.replace(/\(\)$/, '')];
  return { file: classname, names, status, message };
}

const told =
  /^\[\w+\]\s*Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+).* -{1,2} in (\S+)$/gm;

function unlike(output: string, cases: readonly JUnitCase[]): RawResult[] {
  const counts = new Map<string, { run: number; bad: number }>();
  for (const { suites, status } of cases) {
    const suite = suites.at(-1)?.attributes.name ?? '';
    const seen = counts.get(suite) ?? { run: 0, bad: 0 };
    counts.set(suite, { run: seen.run + 1, bad: seen.bad + Number(status === 'failed') });
  }
  return [...output.matchAll(told)].flatMap(([, run, failures, errors, , name = '']) => {
    const seen = counts.get(name);
    const bad = Number(failures) + Number(errors);
    if (seen === undefined || (seen.run === Number(run) && seen.bad === bad)) return [];
    const message = `Maven said ${run} run, ${bad} failed; its report says ${seen.run} run, ${seen.bad} failed`;
    return [{ file: name, names: ['(report)'], status: 'failed', message }];
  });
}
