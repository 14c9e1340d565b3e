/** Tag with the fence of the work that last made or kept a thing: an earlier remover leaves it alone. */
export const fenceTag = 'entropy-fence';

/** Things of one kind that are made and removed under a fence; each call does little and may be repeated. */
export interface Fenced {
  /** `address` where it is something that is reached by one. */
  make(fence: number): Promise<{ readonly there: boolean; readonly address?: string }>;
  remove(fence: number): Promise<{ readonly gone: boolean }>;
}
