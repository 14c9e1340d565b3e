import * as z from 'zod';
import { authorize } from '../access.ts';
import { ApiError } from '../errors.ts';
import type { Comment, Repository } from '../model.ts';
import { nodeId } from '../present/account.ts';
import type { World } from '../world.ts';
import { type Caller, QueryError, select, unresolved } from './mutation.ts';
import type { Field } from './parse.ts';

const classifiers = ['SPAM', 'ABUSE', 'OFF_TOPIC', 'OUTDATED', 'DUPLICATE', 'RESOLVED'] as const;
const inputSchema = z.object({ subjectId: z.string(), classifier: z.enum(classifiers) });

/** `minimizeComment`: folds a comment on an issue away, which REST has no way for. */
export function minimizeComment({ world, principal }: Caller, field: Field): unknown {
  const input = inputSchema.safeParse(field.args.input);
  if (!input.success) throw new QueryError(`Argument 'input' on Field '${field.name}' is invalid`);
  const { subjectId, classifier } = input.data;
  const { repository, comment } = findComment(world, subjectId);
  try {
    const need = { resource: 'issues', level: 'write', role: 'triage', pullsToo: true } as const;
    authorize(principal, repository, need);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) throw unresolved(subjectId);
    throw new QueryError((error as Error).message, 'FORBIDDEN');
  }
  comment.minimized = classifier.toLowerCase();
  world.store.changed();
  const minimizedComment = { isMinimized: true, minimizedReason: comment.minimized };
  return select({ minimizedComment, clientMutationId: null }, field);
}

function findComment(world: World, id: string): { repository: Repository; comment: Comment } {
  for (const repository of world.store.state.repositories) {
    for (const { comments } of repository.issues) {
      const comment = comments.find((one) => nodeId('IC', one.id) === id);
      if (comment !== undefined) return { repository, comment };
    }
  }
  throw unresolved(id);
}
