interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one call of `work` for all items that come in the same turn of the event loop, so that one
 * transaction stands for them all. `work` gives a result for each, in order; where it throws, all fail.
 */
export function together<Item, Result>(
  work: (items: readonly Item[]) => readonly Result[],
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  const workOff = () => {
    const batch = waiting;
    waiting = [];
    try {
      const results = work(batch.map(({ item }) => item));
      for (const [n, { resolve }] of batch.entries()) resolve(results[n] as Result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ item, resolve, reject }) === 1) setImmediate(workOff);
    });
}
