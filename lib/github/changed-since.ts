interface Changed {
  /** As GitHub writes it, in whole seconds. */
  readonly updated_at: string;
}

/** One page of a list that is sorted by when its items were changed, the longest unchanged first. */
export type ReadPage<T> = (place: { readonly since: string; readonly page: number }) => Promise<{
  readonly data: readonly T[];
  readonly headers: { readonly link?: string | undefined };
}>;

/**
 * Items changed at or after `since`, each once, the longest unchanged first; `all` is false where it was `enough` before
 * the end, or where that many pages were read. It goes on from the last one's time, not from page to page: where one is
 * changed meanwhile, those behind it move up, past the page that is read.
 */
export async function changedSince<Key, T extends Changed>(
  read: ReadPage<T>,
  keyOf: (item: T) => Key,
  since: string,
  until: { readonly pages: number; readonly enough?: (found: readonly T[]) => boolean },
): Promise<{ readonly items: readonly T[]; readonly all: boolean }> {
  const found = new Map<Key, T>();
  let place = { since: secondBefore(since), page: 1 };
  for (let pages = 0; pages < until.pages; pages += 1) {
    const { data, headers } = await read(place);
    for (const item of data) {
      // Changed meanwhile, it comes again, later.
      found.delete(keyOf(item));
      found.set(keyOf(item), item);
    }
    const items = [...found.values()];
    const last = data.at(-1)?.updated_at;
    if (last === undefined || !/rel="next"/.test(headers.link ?? '')) return { items, all: true };
    if (until.enough?.(items)) return { items, all: false };
    const next = secondBefore(last);
    place =
      next > place.since ? { since: next, page: 1 } : { since: place.since, page: place.page + 1 };
  }
  return { items: [...found.values()], all: false };
}

/** Whether GitHub means "since" with or without that second, it has it. */
function secondBefore(time: string): string {
  return inSeconds(Date.parse(time) - 1000);
}

/** A time as GitHub writes it. */
export function inSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
