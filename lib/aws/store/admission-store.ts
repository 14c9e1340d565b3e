import { type Admission, admitToday, type DayEntry, type DayRequest } from '../../domain/daily.ts';
import type { AdmissionStore } from '../../domain/ports.ts';
import type { RunStatus } from '../../domain/run.ts';
import {
  admittedKey,
  dayKey,
  dayPartition,
  dayPrefix,
  dayRunKey,
  runKey,
  spendingKey,
} from './keys.ts';
import type { Table } from './table.ts';
import { unchanged, type Write } from './transaction.ts';

/** Items of a day are of use for that day only; they are kept for people to look at. Seconds. */
const keptFor = 40 * 24 * 3600;

interface Entry {
  readonly run: string;
  readonly dollars: number;
}

/** Runs by repository and day, in DynamoDB; the rule is in the domain. */
export function dynamoAdmissionStore(table: Table): AdmissionStore {
  return {
    admit: ({ repository, day, ...request }) =>
      table.write<Admission>(async () => {
        const { run } = request;
        const known = await table.get<{ readonly dollars: number }>(admittedKey(run));
        // Also where it was let in on the day before.
        if (known !== undefined) {
          return { result: { admitted: true, dollars: known.dollars }, writes: [] };
        }
        const partition = dayPartition(repository, day);
        // Before the day's runs: whoever adds one after this changes it.
        const seen = await table.get(dayKey(partition));
        const admission = admitToday(await entriesOf(table, partition, request), request);
        if (!admission.admitted) return { result: admission, writes: [] };
        const { dollars } = admission;
        const expires = Date.parse(day) / 1000 + keptFor;
        const writes: readonly Write[] = [
          { name: 'day', put: { ...dayKey(partition), expires }, when: unchanged(seen) },
          { name: 'entry', put: { ...dayRunKey(partition, run), run, dollars, expires } },
          { name: 'admitted', put: { ...admittedKey(run), dollars }, when: 'absent' },
        ];
        return { result: admission, writes };
      }),
  };
}

/** A run that is over counts with what it spent. */
async function entriesOf(
  table: Table,
  partition: string,
  { caps }: DayRequest,
): Promise<readonly DayEntry[]> {
  const entries = await table.query<Entry>(partition, { prefix: dayPrefix });
  // Without a cap on dollars nobody asks what was spent.
  if (caps.usd === undefined) return entries;
  const keys = entries.flatMap(({ run }) => [runKey(run), spendingKey(run)]);
  const items = await table.getAll<{ readonly status?: RunStatus; readonly dollars?: number }>(
    keys,
  );
  const found = new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));
  const at = ({ pk, sk }: { pk: string; sk: string }) => found.get(`${pk} ${sk}`);
  return entries.map(({ run, dollars }) => {
    const status = at(runKey(run))?.status;
    const over = status === 'ending' || status === 'settled';
    return { run, dollars: over ? (at(spendingKey(run))?.dollars ?? 0) : dollars };
  });
}
