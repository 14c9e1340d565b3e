import type { NewEvent } from '../../lib/domain/ledger.ts';
import type { Ledger } from '../../lib/domain/ports.ts';
import type { Run } from '../../lib/domain/run.ts';

/** An event with nothing special about it. */
export function event(kind: string, data?: Record<string, unknown>): NewEvent {
  const plain = { kind, actor: 'lifecycle', standing: 'observed', at: 1_700_000_000_000 } as const;
  return data === undefined ? plain : { ...plain, data };
}

/** A queued run; ids differ so that suites may use one store. */
export function aRun(id: string, createdAt = 1): Run {
  return {
    id,
    repository: { forge: 'local', name: '/repository' },
    issue: '7',
    trigger: { kind: 'cli', id: 'nonce', by: 'someone' },
    settings: {
      model: { provider: 'replay', model: 'recorded' },
      roleModels: {},
      budget: { dollars: 1, tokens: 1000, turns: 10 },
      sandbox: 'process',
    },
    status: 'queued',
    createdAt,
  };
}

/** Kinds of a run's events, in order. */
export async function kindsOf(ledger: Ledger, run: string): Promise<string[]> {
  return (await ledger.events(run)).map(({ kind }) => kind);
}
