import { readFileSync } from 'node:fs';

/**
 * The context that `cdk.json` gives every deployment: feature flags, and settings where there are any. The
 * toolkit hands it to the app by itself; who makes a template without the toolkit asks here.
 */
export function projectContext(): Readonly<Record<string, unknown>> {
  const file = new URL('../../cdk.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { context: Record<string, unknown> }).context;
}
