import * as z from 'zod';
import { RequestInvalid } from '../../domain/errors.ts';
import type { ModelRequest } from '../../domain/model.ts';

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('tool_use'),
    id: z.string().max(200),
    name: z.string().max(200),
    input: z.record(z.string(), z.unknown()),
    invalid: z.string().exactOptional(),
  }),
  z.strictObject({
    type: z.literal('tool_result'),
    toolUseId: z.string().max(200),
    content: z.string(),
    isError: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('opaque'),
    data: z.string(),
    link: z.number().int().min(0).exactOptional(),
  }),
]);

const requestSchema = z.strictObject({
  system: z.string(),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
        description: z.string(),
        schema: z.record(z.string(), z.unknown()),
      }),
    )
    .max(64),
  messages: z
    .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.array(block) }))
    .min(1)
    .max(2000),
  maxTokens: z.number().int().min(1).max(128_000),
  responseSchema: z
    .strictObject({
      name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
      schema: z.record(z.string(), z.unknown()),
    })
    .exactOptional(),
  temperature: z.number().min(0).max(2).exactOptional(),
  told: z.unknown().optional(),
});

/**
 * A model call as a sandbox asks for it; `told` is what it says beside of itself, unlooked at. Throws
 * `RequestInvalid`.
 */
export function parseModelRequest(body: unknown): {
  readonly request: ModelRequest;
  readonly told: unknown;
} {
  const parsed = requestSchema.safeParse(body);
  if (parsed.success) {
    const { told, ...request } = parsed.data;
    return { request, told };
  }
  throw new RequestInvalid(`not a model request: ${z.prettifyError(parsed.error).slice(0, 1000)}`);
}
