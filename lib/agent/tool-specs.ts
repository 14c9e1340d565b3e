import * as z from 'zod';
import type { ToolSpec } from '../domain/model.ts';

/** A tool as the model is offered it. The schema's own address means nothing to a provider. */
export function toolSpec(tool: {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodObject;
}): ToolSpec {
  const { $schema: _, ...schema } = z.toJSONSchema(tool.schema, { io: 'input' });
  return { name: tool.name, description: tool.description, schema };
}

/** Parses a tool's arguments, or says what is wrong with them and what was expected. */
export function parseArguments<S extends z.ZodObject>(
  schema: S,
  call: { readonly input: Record<string, unknown>; readonly invalid?: string },
): { readonly input: z.infer<S> } | { readonly fault: string } {
  const expected = () => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
    return `Expected arguments: ${JSON.stringify(rest)}`;
  };
  if (call.invalid !== undefined)
    return { fault: `the arguments are no JSON object. ${expected()}` };
  const parsed = schema.safeParse(call.input);
  if (parsed.success) return { input: parsed.data };
  return { fault: `${z.prettifyError(parsed.error)}\n${expected()}` };
}
