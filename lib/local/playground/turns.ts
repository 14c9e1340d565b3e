/** Lets work on one repository happen one piece after another, in the order it was asked for. */
export type TakeTurn = <T>(repository: number, work: () => Promise<T> | T) => Promise<T>;

/** Turns by repository id. A piece of work that fails holds up nobody. */
export function createTurns(): TakeTurn {
  const last = new Map<number, Promise<unknown>>();
  return (repository, work) => {
    const turn = (last.get(repository) ?? Promise.resolve()).then(work);
    last.set(
      repository,
      turn.catch(() => undefined),
    );
    return turn;
  };
}
