/** Remembers what was loaded, at most so much of it: what was not used for longest goes first. */
export function recent<T>(limit: number) {
  const kept = new Map<string, T>();
  return async (key: string, load: () => Promise<T>): Promise<T> => {
    const value = kept.has(key) ? (kept.get(key) as T) : await load();
    kept.delete(key);
    kept.set(key, value);
    for (const oldest of kept.keys()) {
      if (kept.size <= limit) break;
      kept.delete(oldest);
    }
    return value;
  };
}
