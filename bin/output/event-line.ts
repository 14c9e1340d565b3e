import type { LedgerEvent } from '../../lib/domain/ledger.ts';
import { grouped } from './grouped.ts';

type Data = Record<string, unknown>;

const counted = (tokens: unknown) => grouped(Number(tokens ?? 0));
const stageOf = (data: Data) =>
  `${data.role}${Number(data.round) > 1 ? ` round ${data.round}` : ''}`;

/** How an event reads to a person; kinds that are not here are left out of the progress. */
const lines: Record<string, (data: Data, event: LedgerEvent) => string | undefined> = {
  'run.queued': () => 'queued',
  'run.started': (_data, event) => `started; fence ${event.fence ?? '-'}`,
  'run.admitted': (data) =>
    data.note ? `stopped: ${data.note}` : `base ${String(data.base).slice(0, 10)} pinned`,
  'stage.opened': (data) => `${stageOf(data)}: sandbox starts`,
  'handoff.left': (data) => `${stageOf(data)}: left ${data.kind}`,
  'handoff.kept': (data) => `${stageOf(data)}: ${data.kind} taken from ${data.from}`,
  'work.kept': (data) =>
    `${stageOf(data)}: cut off; the next attempt begins from its ${data.files} files`,
  'stage.failed': (data) => `${stageOf(data)}: ${data.name}: ${data.message}`,
  'model.called': (data) => {
    const usage = data.usage as Data | undefined;
    const read = Number(usage?.input ?? 0) + Number(usage?.cacheRead ?? 0);
    const cost = typeof data.dollars === 'number' ? `, $${data.dollars.toFixed(4)}` : '';
    return `${stageOf(data)}: turn ${data.turn}, ${counted(read)} tokens in, ${counted(usage?.output)} out${cost}`;
  },
  'model.switched': (data) => `${stageOf(data)}: ${data.from} can't be had, ${data.to} goes on`,
  'sandbox.tool.called': (data) => {
    const failed = data.isError || Number(data.exitCode ?? 0) !== 0 ? ', not ok' : '';
    return `  ${data.tool}: ${data.command ?? data.path ?? ''}${failed}`;
  },
  'sandbox.rewrite.tried': (data) => {
    const said = { taken: 'taken', repeated: 'the same as one before' }[String(data.state)];
    return `  ${data.step}, try ${data.tries}: ${said ?? `not yet: ${String(data.fault).split('\n')[0]}`}`;
  },
  'evidence.judged': (data) => `evidence ${data.verdict}: ${data.rule}: ${data.detail}`,
  'effect.done': (data) => {
    const { url, folded } = (data.receipt ?? {}) as Data;
    // Comments of older runs, if there are any: nothing new is to be seen.
    if (folded !== undefined) return undefined;
    return `published: ${data.kind}${url ? ` ${url}` : ''}`;
  },
  'effect.failed': (data) => `could not publish ${data.key}: ${data.message}`,
  'cancel.requested': () => 'asked to stop',
  'run.settled': (data) => `ended: ${data.outcome}`,
};

/** One line for an event, or undefined where a person would not miss it. */
export function eventLine(event: LedgerEvent): string | undefined {
  if (!Object.hasOwn(lines, event.kind)) return undefined;
  return lines[event.kind]?.(event.data ?? {}, event);
}
