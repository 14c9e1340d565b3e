/** What is written to a forge, one effect a write. */
export type EffectKind =
  | 'commit'
  | 'pull-request'
  | 'comment'
  | 'label'
  | 'review'
  | 'check-run'
  | 'reviewers'
  | 'ready'
  | 'merge';

/** One write to a forge: intent before, receipt after. `key` is the same however often it is tried. */
export interface Effect {
  readonly key: string;
  readonly run: string;
  readonly kind: EffectKind;
  /** What the forge gave back: ids, URLs. Undefined until the effect is known to be done. */
  readonly receipt?: Record<string, unknown>;
}

/** `run/kind/n`: `n` tells apart effects of one kind, such as the round of a commit. */
export function effectKey(run: string, kind: EffectKind, n: string | number): string {
  return `${run}/${kind}/${n}`;
}
