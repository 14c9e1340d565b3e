/** What a token may do in its one repository. */
export type Permissions = Partial<
  Record<'checks' | 'contents' | 'issues' | 'metadata' | 'pull_requests', 'read' | 'write'>
>;

/** What a token is wanted for. */
export interface MintRequest {
  /** `owner/name`. */
  readonly repository: string;
  readonly permissions: Permissions;
}

/** A token for one effect. */
export interface Minted {
  readonly token: string;
  /** True where the token speaks for a GitHub App. */
  readonly app: boolean;
  /** The App's name in URLs. */
  readonly slug?: string;
  /** Ends the token. Never throws: a token that can't be ended lapses within the hour. */
  revoke(): Promise<void>;
}

/** Gives a token for one repository with the least permissions. Throws `ForgeFailed`. */
export type Mint = (request: MintRequest) => Promise<Minted>;
