import { ConfigInvalid } from './errors.ts';
import { policyPath } from './policy.ts';

/** Who made a model, by its name at any provider. Longer marks stand before shorter ones that they hold. */
const families: readonly (readonly [RegExp, string])[] = [
  [/claude/, 'claude'],
  [/gpt|\bo\d|codex|davinci/, 'gpt'],
  [/gemini|gemma/, 'gemini'],
  [/codellama|llama/, 'llama'],
  [/qwen|qwq/, 'qwen'],
  [/mistral|mixtral|codestral|devstral|magistral/, 'mistral'],
  [/deepseek/, 'deepseek'],
  [/grok/, 'grok'],
  [/\bglm/, 'glm'],
  [/kimi/, 'kimi'],
  [/\bnova\b/, 'nova'],
  [/granite/, 'granite'],
  [/\bphi/, 'phi'],
  [/command-/, 'command'],
];

/** The family of a model, or undefined for a name that tells none: a fine-tuned model or an alias, say. */
export function familyOf(model: string): string | undefined {
  // A distilled model names its teacher as well, and is neither's alone.
  const name = model.toLowerCase();
  const found = families.filter(([mark]) => mark.test(name)).map(([, family]) => family);
  return found.length === 1 ? found[0] : undefined;
}

/**
 * Throws `ConfigInvalid` where coder and reviewer can't be shown to be of different families, whichever model of either
 * chain plays; gives the families of both.
 */
export function differentFamilies(
  coders: readonly string[],
  reviewers: readonly string[],
): { readonly coder: string; readonly reviewer: string } {
  for (const coder of coders) {
    for (const reviewer of reviewers) refuseSameFamily(coder, reviewer);
  }
  const told = (models: readonly string[]) => [...new Set(models.map(familyOf))].join(' or ');
  return { coder: told(coders), reviewer: told(reviewers) };
}

function refuseSameFamily(coder: string, reviewer: string): void {
  const [mine, theirs] = [familyOf(coder), familyOf(reviewer)];
  if (mine !== undefined && theirs !== undefined && mine !== theirs) return;
  const told = (model: string, family = 'unknown') => `${model} (family ${family})`;
  throw new ConfigInvalid(
    `${policyPath}: review.otherFamily: the coder is ${told(coder, mine)}, the reviewer ${told(reviewer, theirs)}; name another with --role-model reviewer=MODEL, or PROVIDER:MODEL`,
  );
}
