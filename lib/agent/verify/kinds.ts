import type { Checks } from '../../domain/evidence.ts';
import type { TreeView } from '../checks/ecosystem.ts';
import { isDefinition, isTest } from '../checks/ecosystems.ts';
import { namedFiles } from '../checks/named-files.ts';
import { shadowsRunner } from '../checks/python-shadows.ts';

/** What a path is, for one base and its checks. */
export interface Kinds {
  isTest(path: string): boolean;
  isDefinition(path: string): boolean;
}

/** Kinds by name, and by what the base's own commands start; tests they name stay tests. */
export async function kindsOf(base: TreeView, checks: Checks | undefined): Promise<Kinds> {
  const commands = checks === undefined ? [] : [...checks.setup, checks.test];
  const named = await namedFiles(base, commands);
  const defines = (path: string) =>
    isDefinition(path) || shadowsRunner(path, base.files) || (!isTest(path) && named.has(path));
  return { isDefinition: defines, isTest: (path) => !defines(path) && isTest(path) };
}
