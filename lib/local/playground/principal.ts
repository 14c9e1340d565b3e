/** Who the App is. */
export interface AppIdentity {
  readonly id: number;
  readonly slug: string;
  /** Login of the account that owns the App. */
  readonly owner: string;
}

/** What a token of the App may do, by resource. */
export type Permissions = Record<string, 'read' | 'write' | 'admin'>;

/** Who makes a request. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly login: string }
  | { readonly kind: 'app' }
  | {
      readonly kind: 'installation';
      readonly installation: number;
      /** Ids of the repositories the token names. */
      readonly repositories: readonly number[];
      readonly permissions: Permissions;
      /** SHA-256 of the token. */
      readonly key: string;
      readonly expiresAt: number;
    };
