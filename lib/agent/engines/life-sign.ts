import type { DomainError } from '../../domain/errors.ts';

/** Watches that something goes on, and ends what hangs. */
export interface LifeSign {
  /** Aborted, with an error of the domain, where the program is to end. */
  readonly over: AbortSignal;
  /** The watch begins. */
  begin(): void;
  /** Something went on. */
  seen(): void;
  /** Ends the program for another reason; the first reason stands. */
  stop(reason: DomainError): void;
  end(): void;
}

/** A watch that ends what shows no sign of life for `idleMs`, with what `silent` gives then. */
export function lifeSign(idleMs: number, silent: () => DomainError): LifeSign {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = (reason: DomainError) => {
    if (!over.signal.aborted) over.abort(reason);
  };
  const seen = () => {
    if (timer === undefined) return;
    timer.refresh();
  };
  return {
    over: over.signal,
    begin() {
      timer = setTimeout(() => stop(silent()), idleMs);
    },
    seen,
    stop,
    end() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
