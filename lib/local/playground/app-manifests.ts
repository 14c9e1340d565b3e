import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { ApiError } from './errors.ts';

/** What an App is made from: https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest */
const manifestSchema = z.object({
  name: z.string().min(1).max(34),
  url: z.url(),
  hook_attributes: z.object({ url: z.url(), active: z.boolean().default(true) }).optional(),
  redirect_url: z.url(),
  description: z.string().optional(),
  public: z.boolean().default(false),
  default_events: z.array(z.string()).default([]),
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).default({}),
});

/** See `manifestSchema`. */
export type AppManifest = z.infer<typeof manifestSchema>;

/** A code is good for an hour. */
const codeLifeMs = 60 * 60_000;

/** Manifests that a person has agreed to, each until its code is used once. */
export interface AppManifests {
  /** Gives the code. */
  agreed(manifest: AppManifest): string;
  /** Undefined where the code is unknown, used or too old. */
  redeem(code: string): AppManifest | undefined;
}

/** Manifests by code. */
export function createManifests(now: () => number): AppManifests {
  const waiting = new Map<string, { manifest: AppManifest; until: number }>();
  return {
    agreed(manifest) {
      const code = randomBytes(20).toString('hex');
      waiting.set(code, { manifest, until: now() + codeLifeMs });
      return code;
    },
    redeem(code) {
      const found = waiting.get(code);
      waiting.delete(code);
      return found !== undefined && found.until > now() ? found.manifest : undefined;
    },
  };
}

/** Reads a form's manifest. Throws GitHub's 422. */
export function readManifest(text: string | null): AppManifest {
  try {
    return manifestSchema.parse(JSON.parse(text ?? ''));
  } catch {
    throw new ApiError(422, 'The manifest is not valid');
  }
}
