/** One thing that was looked at: how it stands, and what to do where it does not stand well. */
export interface Finding {
  readonly name: string;
  /** `error`: work will fail. `warning`: some of it may. */
  readonly state: 'ok' | 'warning' | 'error';
  readonly detail: string;
  /** What to do; there in every finding that is not ok. */
  readonly fix?: string;
}

/** Stands well. */
export const good = (name: string, detail: string): Finding => ({ name, state: 'ok', detail });

/** May hinder some work. */
export const doubtful = (name: string, detail: string, fix: string): Finding => ({
  ...{ name, state: 'warning', detail, fix },
});

/** Must be mended. */
export const wrong = (name: string, detail: string, fix: string): Finding => ({
  ...{ name, state: 'error', detail, fix },
});
