import type { Ports } from '../../domain/ports.ts';
import { type ReconcileOptions, reconcile } from '../../services/intake/reconcile.ts';
import { type Repeated, repeat } from './repeat.ts';

/** What the reconciling worker needs. */
export interface ReconcileWorkerOptions extends Omit<ReconcileOptions, 'signal'> {
  readonly ports: Ports;
  /** Pause between two looks, in minutes. */
  readonly minutes: number;
  readonly onLooked: () => void;
}

/** Looks for what deliveries that never came would have said, at once and then every so many minutes. */
export function startReconcileWorker(options: ReconcileWorkerOptions): Repeated {
  return repeat(
    'reconcile',
    async (signal) => {
      const seen = await reconcile(options.ports, { ...options, signal });
      if (seen > 0) options.onLooked();
      return options.minutes * 60_000;
    },
    options.log,
  );
}
