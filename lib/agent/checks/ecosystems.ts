import { autotools } from './autotools.ts';
import { cargo } from './cargo.ts';
import { cmake } from './cmake.ts';
import { dotnet } from './dotnet.ts';
import type { Channel, Ecosystem, RawResult, Reported, Split } from './ecosystem.ts';
import { go } from './go.ts';
import { gradle } from './gradle.ts';
import { make } from './make.ts';
import { maven } from './maven.ts';
import { meson } from './meson.ts';
import { node } from './node.ts';
import { inTestFolder, isGeneralDefinition } from './paths.ts';
import { perl } from './perl.ts';
import { phpunit } from './phpunit.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { parseTap } from './tap.ts';

/** Every ecosystem, in the order in which a repository is asked for its checks. */
export const ecosystems: readonly Ecosystem[] = [
  go,
  cargo,
  maven,
  gradle,
  dotnet,
  python,
  node,
  phpunit,
  perl,
  ruby,
  cmake,
  meson,
  autotools,
  make,
];

/** True for what says how tests are chosen, run and judged; in doubt a definition is no test. */
export const isDefinition = (path: string): boolean =>
  isGeneralDefinition(path) || ecosystems.some((one) => one.isDefinition(path));

/** True for tests and what belongs to them. */
export const isTest = (path: string): boolean =>
  !isDefinition(path) && (inTestFolder(path) || ecosystems.some((one) => one.isTest(path)));

/** Definitions from the base and the rest from the change, where one file holds both. */
export function mergeDefinition(path: string, base: string, change: string): string | undefined {
  for (const one of ecosystems) {
    const merged = one.mergeDefinition?.(path, base, change);
    if (merged !== undefined) return merged;
  }
  return undefined;
}

/** Tests that stand in a source file taken apart from the rest. */
export function splitTests(path: string, base: string, change: string): Split | undefined {
  for (const one of ecosystems) {
    const split = one.splitTests?.(path, base, change);
    if (split !== undefined) return split;
  }
  return undefined;
}

/** Environment that makes the runners of every ecosystem report: `make test` may start any of them. */
export function reportingEnv(channel: Channel): Record<string, string> {
  return Object.assign(
    { ENTROPY_RESULTS: channel.dir, ENTROPY_NODE: process.execPath },
    ...ecosystems.map((one) => one.env?.(channel) ?? {}),
  );
}

/** The command as it is run, with what its runners need to report. */
export function adaptCommand(command: string, channel: Channel): string {
  return ecosystems.reduce((text, one) => one.adapt?.(text, channel) ?? text, command);
}

/** The output as a person would see it. */
export function plainOutput(output: string): string {
  return ecosystems.reduce((text, one) => one.plain?.(text) ?? text, output);
}

/** Results of every ecosystem that spoke, else TAP from the output; null where there is neither. */
export async function readResults(reported: Reported): Promise<RawResult[] | null> {
  const found = await Promise.all(ecosystems.map((one) => one.read?.(reported) ?? null));
  const spoke = found.filter((results) => results !== null);
  return spoke.length === 0 ? parseTap(reported.output) : spoke.flat();
}
