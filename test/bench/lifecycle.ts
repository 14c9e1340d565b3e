import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../../lib/domain/evidence.ts';
import { type Benchmark, median } from './benchmark.ts';
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
export const lifecycle: Benchmark = async ({ quick, folder, say }) => {
  const taken: number[] = [];
  for (let round = 1; round <= (quick ? 1 : 5); round += 1) {
    const home = join(folder, `demo-${round}`);
    mkdirSync(home);
    const dataDir = join(home, 'data');
    const args = ['--data-dir', dataDir, 'demo', '--issue', 'bug', '--json'];
    const lines = (await entropy(home, args).ended).trim().split('\n');
    const told = lines
      .map((line) => JSON.parse(line) as Told)
      .filter(({ type }) => type === 'event');
    const at = (kind: string) => Date.parse(told.find((event) => event.kind === kind)?.at ?? '');
    const whole = at('run.settled') - at('run.queued');
    const own = told.reduce((sum, event) => sum + commandsOf(event, dataDir), 0);
    taken.push((whole - own) / 1000);
    say(
      `round ${round}: ${(whole / 1000).toFixed(2)} s, ${(own / 1000).toFixed(2)} s of them tests`,
    );
  }
  const name = 'whole lifecycle, from webhook to merge, without the repository’s own tests';
  return [figure({ name, value: median(taken), unit: 's' })];
};

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
