import { coder } from './coder.ts';
import { issueReader } from './issue-reader.ts';
import { reviewer } from './reviewer.ts';
import type { ModelRole, Role } from './role.ts';

/** Every role that a model plays. */
export const roles: Readonly<Record<ModelRole, Role>> = {
  'issue-reader': issueReader,
  coder,
  reviewer,
};
