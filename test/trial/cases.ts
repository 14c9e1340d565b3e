import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const samples = fileURLToPath(new URL('./samples', import.meta.url));

/** One small issue of a small repository, with a test that no run sees and a change that passes it. */
export interface TrialCase {
  readonly name: string;
  readonly language: string;
  /** The issue as a person wrote it, Markdown. */
  readonly issueFile: string;
  /** Program and arguments that run the hidden test in the repository's folder. */
  readonly hidden: readonly string[];
  /** Puts the repository's files into a folder. */
  layRepository(folder: string): void;
  layHidden(folder: string): void;
  layFix(folder: string): void;
}

/** Every case, by name. */
export function trialCases(): TrialCase[] {
  return readdirSync(samples).sort().map(caseOf);
}

function caseOf(name: string): TrialCase {
  const at = (...parts: string[]) => join(samples, name, ...parts);
  const { language, hidden } = JSON.parse(readFileSync(at('trial.json'), 'utf8')) as {
    language: string;
    hidden: string[];
  };
  const lay = (part: string) => (folder: string) => {
    mkdirSync(folder, { recursive: true });
    cpSync(at(part), folder, { recursive: true });
  };
  return {
    name,
    language,
    hidden,
    issueFile: at('issue.md'),
    layRepository: lay('repo'),
    layHidden: lay('hidden'),
    layFix: lay('fix'),
  };
}
