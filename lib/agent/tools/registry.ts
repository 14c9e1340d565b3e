import type { ToolName } from '../../roles/role.ts';
import { create } from './create.ts';
import { edit } from './edit.ts';
import { search } from './search.ts';
import { shell } from './shell.ts';
import type { Tool } from './tool.ts';
import { view } from './view.ts';

/** Every tool that a role can be given, by name. */
export const tools: Readonly<Record<ToolName, Tool>> = { shell, view, create, edit, search };
