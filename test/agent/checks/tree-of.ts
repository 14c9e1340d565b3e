import type { TreeView } from '../../../lib/agent/checks/ecosystem.ts';

/** A commit's files as discovery sees them. */
export const treeOf = (files: Readonly<Record<string, string>>): TreeView => ({
  files: Object.keys(files),
  read: async (path) => files[path],
});

/** The blocks of `.entropy.yml` that a report shows. */
export const yamlIn = (report: string): string[] =>
  [...report.matchAll(/```yaml\n([\s\S]*?)\n```/g)].map(([, lines = '']) => lines);
