import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../../lib/domain/evidence.ts';
import type { SandboxKind } from '../../lib/domain/run.ts';
import { type Benchmark, median, rounds } from './benchmark.ts';
import { entropy } from './command.ts';
import { figure } from './figure.ts';

interface Told {
  readonly type: string;
  readonly run: string;
  readonly kind: string;
  readonly at: string;
  readonly data?: {
    readonly kind?: string;
    readonly payload?: string;
    readonly durationMs?: number;
  };
}

/** The demo's bug from webhook to merge, without the time that the repository's own commands take. */
export const lifecycle: Benchmark = async ({ quick, sandboxes, folder, say }) => {
  const measure = (sandbox: SandboxKind) => async (round: number) => {
    const home = join(folder, `${sandbox}-${round}`);
    mkdirSync(home);
    const { whole, own } = await demo(home, sandbox);
    say(`${(whole / 1000).toFixed(2)} s, ${(own / 1000).toFixed(2)} s of them tests`);
    return (whole - own) / 1000;
  };
  const measures = Object.fromEntries(sandboxes.map((sandbox) => [sandbox, measure(sandbox)]));
  const taken: Record<string, readonly number[]> = await rounds(quick ? 1 : 5, measures, { say });
  return sandboxes.map((sandbox) =>
    figure({
      name: `whole lifecycle, --sandbox ${sandbox}, from webhook to merge, without the repository’s own tests`,
      ...{ value: median(taken[sandbox] ?? []), unit: 's' },
    }),
  );
};

/** Milliseconds from webhook to merge, and those of them that the repository's own commands took. */
async function demo(home: string, sandbox: SandboxKind): Promise<{ whole: number; own: number }> {
  const dataDir = join(home, 'data');
  const how = ['--issue', 'bug', '--sandbox', sandbox, '--json'];
  const lines = (await entropy(home, ['--data-dir', dataDir, 'demo', ...how]).ended)
    .trim()
    .split('\n');
  const told = lines.map((line) => JSON.parse(line) as Told).filter(({ type }) => type === 'event');
  const at = (kind: string) => Date.parse(told.find((event) => event.kind === kind)?.at ?? '');
  return {
    whole: at('run.settled') - at('run.queued'),
    own: told.reduce((sum, event) => sum + commandsOf(event, dataDir), 0),
  };
}

/** Milliseconds of the repository's own commands that an event tells of: Verify's, and those the coder ran. */
function commandsOf({ run, kind, data }: Told, dataDir: string): number {
  if (kind === 'sandbox.tool.called' && (data as { name?: string }).name === 'shell') {
    return data?.durationMs ?? 0;
  }
  if (kind !== 'handoff.left' || data?.kind !== 'evidence') return 0;
  const file = join(dataDir, 'ledger', run, 'payloads', data.payload ?? '');
  const { runs } = JSON.parse(readFileSync(file, 'utf8')) as Evidence;
  const commands = Object.values(runs ?? {}).flatMap((each) => each.commands);
  return commands.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
