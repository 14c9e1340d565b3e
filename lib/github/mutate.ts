import { ForgeFailed } from '../domain/errors.ts';
import type { GitHubClient } from './client.ts';

/**
 * Does a GraphQL mutation, for what REST has no way. Throws `ForgeFailed` with what was to be done, and
 * `ForgeUnavailable` where the same may go through later.
 */
export async function mutate(
  { graphql }: Pick<GitHubClient, 'graphql'>,
  what: string,
  mutation: string,
  variables: Record<string, unknown>,
): Promise<void> {
  try {
    await graphql(mutation, variables);
  } catch (error) {
    if (error instanceof ForgeFailed) throw error;
    const { errors } = error as { errors?: readonly { type?: string; message: string }[] };
    const first = errors?.[0];
    const status = first?.type === 'FORBIDDEN' ? 403 : undefined;
    throw new ForgeFailed(`${what}: ${first?.message ?? 'no reason given'}`, { status });
  }
}
