import * as z from 'zod';
import { mostOfName, mostOfReason, type RefusedCommand } from '../../domain/command-refusal.ts';
import type { RepositoryRef } from '../../domain/run.ts';
import { isLogin, isRepositoryName } from '../../domain/webhook-intent.ts';

/** A command that came to nothing, and the issue that it was given on. */
export interface CommandReply extends RefusedCommand {
  readonly repository: RepositoryRef;
  readonly issue: string;
}

const run = z.string().regex(/^r-[0-9a-f]{20}$/);

const refusalSchema = z.discriminatedUnion('why', [
  z.strictObject({
    why: z.enum([
      ...(['unknown', 'closed', 'edited', 'nothing-to-stop', 'nothing-to-retry'] as const),
      ...(['no-question', 'no-text'] as const),
    ]),
  }),
  z.strictObject({ why: z.enum(['busy', 'overtaken']), run }),
  z.strictObject({ why: z.literal('not-maintainer'), permission: z.string().max(20) }),
  z.strictObject({ why: z.literal('nothing-to-pass'), because: z.string().max(mostOfReason) }),
]);

/** A reply as another function sends it: an issue on GitHub, a comment, a login, and one of the reasons that there are. */
export const commandReplySchema: z.ZodType<CommandReply> = z.strictObject({
  repository: z.strictObject({
    forge: z.literal('github'),
    name: z.string().refine(isRepositoryName, 'must be owner/name'),
  }),
  issue: z.string().regex(/^[1-9]\d{0,9}$/),
  comment: z.string().regex(/^[1-9]\d{0,15}$/),
  by: z.string().refine(isLogin, 'must be a login'),
  name: z.string().max(mostOfName),
  refusal: refusalSchema,
});
