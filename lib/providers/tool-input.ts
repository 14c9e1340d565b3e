import type { ToolUseBlock } from '../domain/model.ts';

/** A tool call's arguments; text that is no JSON object is kept as `invalid`, so that the model can be told. */
export function toolInputOf(raw: string): Pick<ToolUseBlock, 'input' | 'invalid'> {
  if (raw.trim() === '') return { input: {} };
  try {
    const value: unknown = JSON.parse(raw);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return { input: value as Record<string, unknown> };
    }
  } catch {
    // Told by `invalid`.
  }
  return { input: {}, invalid: raw };
}
