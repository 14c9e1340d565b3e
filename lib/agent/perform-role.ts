import { randomBytes } from 'node:crypto';
import type { ToolUseBlock } from '../domain/model.ts';
import type { StageLimits } from '../domain/stage.ts';
import type { StageInput } from '../domain/stage-input.ts';
import { guidanceText } from '../roles/guidance.ts';
import type { BriefFacts, Role } from '../roles/role.ts';
import { paragraphs } from '../roles/sections.ts';
import { cleanGuidance } from './clean-text.ts';
import { defaultWindow } from './context-window.ts';
import type { GatewayClient } from './gateway-client.ts';
import { type CallOutcome, converse } from './loop.ts';
import type { ServedTool } from './mcp/served-tools.ts';
import { submissions } from './submissions.ts';
import type { ClaimedEvent } from './teller.ts';
import { runTool } from './tool-calls.ts';
import { toolSpec } from './tool-specs.ts';
import { tools } from './tools/registry.ts';
import type { ToolPlace } from './tools/tool.ts';
import type { Workspace } from './workspace.ts';

/** A role's work in its prepared workspace. */
export interface RoleWork {
  readonly role: Role;
  readonly input: StageInput;
  readonly facts: Omit<BriefFacts, 'nonce'>;
  readonly limits: StageLimits;
  readonly workspace: Workspace;
  readonly place: ToolPlace;
  readonly gateway: Pick<GatewayClient, 'model' | 'leave'>;
  readonly tell: (event: ClaimedEvent) => void;
  /** Tools beside the role's own. */
  readonly served?: readonly ServedTool[];
  /** Characters of conversation, see `context-window.ts`. */
  readonly window?: number;
}

/**
 * Plays a role until its handoff is left at the gateway. Throws `AgentStuck`, `HandoffInvalid`,
 * `ModelFailed`, and what the gateway throws.
 */
export async function performRole(work: RoleWork): Promise<void> {
  const { role, input, place, gateway, served = [] } = work;
  const nonce = randomBytes(8).toString('hex');
  const own = role.tools.map((name) => tools[name]);
  const submitted = submissions(work.workspace, gateway.leave);
  const callTool = async (call: ToolUseBlock): Promise<CallOutcome> => {
    const submit = role.submits.find((one) => one.name === call.name);
    if (submit !== undefined) return submitted.take(submit, call);
    const tool = own.find((one) => one.name === call.name);
    if (tool !== undefined) return runTool(tool, call, place, work.tell);
    const other = served.find(({ spec }) => spec.name === call.name);
    if (other !== undefined) return other.call(call.input);
    const specs = [...own, ...role.submits, ...served.map(({ spec }) => spec)];
    const names = specs.map((one) => one.name).join(', ');
    return { text: `There is no tool ${call.name}. Yours are: ${names}.`, isError: true };
  };
  await converse({
    system: role.system,
    tools: [...[...own, ...role.submits].map(toolSpec), ...served.map(({ spec }) => spec)],
    brief: paragraphs(
      role.brief(input, { ...work.facts, nonce }),
      guidanceText(cleanGuidance(input.guidance), nonce),
    ),
    maxTokens: role.maxTokens,
    turns: work.limits.turns,
    window: work.window ?? defaultWindow,
    callModel: gateway.model,
    callTool,
    signal: place.signal,
  });
}
