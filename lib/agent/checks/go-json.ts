import * as z from 'zod';
import type { RawResult } from './ecosystem.ts';

const eventSchema = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
  FailedBuild: z.string().optional(),
});
type GoEvent = z.infer<typeof eventSchema>;

const messageLimit = 4000;
const endings: Record<string, RawResult['status']> = {
  pass: 'passed',
  fail: 'failed',
  skip: 'skipped',
};

/**
 * Reads `go test -json` from a command's output; what is no event is passed over. Null where there is no
 * event at all. A test that began and never ended failed; a package that failed with no failed test stands
 * as one result, and is told apart where it did not build.
 */
export function parseGoJson(output: string): RawResult[] | null {
  const reader = new GoReader();
  for (const line of output.split('\n')) {
    const event = eventOf(line);
    if (event !== undefined) reader.take(event);
  }
  return reader.spoke ? reader.results() : null;
}

/** The output as `go test` itself would print it. */
export function plainGoOutput(output: string): string {
  const lines = output.split(/(?<=\n)/);
  return lines
    .map((line) => {
      const event = eventOf(line.trimEnd());
      return event === undefined ? line : (event.Output ?? '');
    })
    .join('');
}

class GoReader {
  spoke = false;
  readonly #results: RawResult[] = [];
  readonly #running = new Map<string, { readonly pkg: string; readonly test: string }>();
  /** What a test, package or build said, by its name. */
  readonly #said = new Map<string, string>();
  readonly #ran = new Set<string>();
  readonly #failed = new Set<string>();

  take(event: GoEvent): void {
    const { Action: action, Package: pkg, Test: test } = event;
    const key = keyOf(pkg ?? event.ImportPath ?? '', test);
    if (event.Output !== undefined) {
      this.#said.set(key, `${this.#said.get(key) ?? ''}${event.Output}`.slice(-messageLimit));
    }
    if (pkg === undefined) return;
    this.spoke = true;
    if (test === undefined) {
      if (action === 'fail') this.#failedPackage(pkg, event.FailedBuild);
      return;
    }
    if (action === 'run') {
      this.#running.set(key, { pkg, test });
      this.#ran.add(pkg);
    }
    const status = endings[action];
    if (status === undefined) return;
    this.#running.delete(key);
    this.#add(pkg, test, status, this.#said.get(key));
  }

  results(): RawResult[] {
    for (const { pkg, test } of this.#running.values()) {
      this.#add(pkg, test, 'failed', this.#said.get(keyOf(pkg, test)) ?? 'began and never ended');
    }
    this.#running.clear();
    return this.#results;
  }

  #failedPackage(pkg: string, build: string | undefined): void {
    for (const [key, { pkg: of, test }] of this.#running) {
      if (of !== pkg) continue;
      this.#running.delete(key);
      this.#add(pkg, test, 'failed', this.#said.get(key) ?? 'began and never ended');
    }
    if (this.#failed.has(pkg)) return;
    const message = (build && this.#said.get(build)) ?? this.#said.get(pkg) ?? 'the package failed';
    const load = !this.#ran.has(pkg);
    this.#results.push({ file: pkg, names: [], status: 'failed', message, load });
  }

  #add(pkg: string, test: string, status: RawResult['status'], message: string | undefined): void {
    if (status === 'failed') this.#failed.add(pkg);
    this.#results.push({ file: pkg, names: test.split('/'), status, message });
  }
}

const keyOf = (pkg: string, test: string | undefined) => (test ? `${pkg} ${test}` : pkg);

function eventOf(line: string): GoEvent | undefined {
  if (!line.startsWith('{"')) return undefined;
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
