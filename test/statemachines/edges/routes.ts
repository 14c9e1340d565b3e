/** One way through the lifecycle: what the Tasks give, and which of them fail. */
export interface Route {
  /** By the state's name, then by round; the last stands for all later rounds. */
  readonly results?: Readonly<Record<string, readonly unknown[]>>;
  /** Error that a state throws at every call, by the state's name. */
  readonly fails?: Readonly<Record<string, string>>;
}

const result = (...words: string[]) => words.map((word) => ({ result: word }));

/** What a Task gives where its route tells nothing else: plan, change, proof, approval, merge. */
export const usual: NonNullable<Route['results']> = {
  Admit: [{ proceed: true, kept: false, rounds: 2 }],
  CloseReader: result('plan'),
  CloseCoder: result('change'),
  CloseVerifier: result('good'),
  CloseReviewer: result('approve'),
  Publish: [{}],
  PostReview: [{}],
  FollowBase: result('present'),
  Decide: result('merged'),
  Settle: [{ outcome: 'merged' }],
  SettleQuietly: [{ outcome: 'failed' }],
};

/** Together they take every Next, every rule and every Default; what fails on the way is derived. */
export const routes: Readonly<Record<string, Route>> = {
  'merged at once': {},
  'not let in': { results: { Admit: [{ proceed: false, kept: false, rounds: 2 }] } },
  'a kept change': { results: { Admit: [{ proceed: true, kept: true, rounds: 2 }] } },
  'a question': { results: { CloseReader: result('question') } },
  'proven in the second round': { results: { CloseVerifier: result('bad', 'good') } },
  'never proven': { results: { CloseVerifier: result('bad') } },
  'approved in the second round': {
    results: { CloseReviewer: result('request-changes', 'approve') },
  },
  'never approved': { results: { CloseReviewer: result('request-changes') } },
  'laid over a new base': { results: { FollowBase: result('rebased', 'present') } },
  'in conflict with a new base': { results: { FollowBase: result('conflict', 'present') } },
  'settled quietly': { fails: { Settle: 'ForgeFailed' } },
};
