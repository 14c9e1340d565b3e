import * as z from 'zod';
import { engineNames } from './engine.ts';
import { longestChain } from './model-chain.ts';
import { modelRoles } from './stage.ts';

const glob = z.string().min(1).max(300);
const label = z.string().min(1).max(50);
const command = z.string().trim().min(1).max(2000);
const dollars = z.number().positive().max(100_000);
const count = (min: number, max: number) => z.number().int().min(min).max(max);
const commandsFault = 'must be a command, or a list of at most 20 commands';

const modelName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // It stands in the trailers of commits.
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'must be one line that can be seen');
const modelFault = `must be a model, or a list of at most ${longestChain} models`;

const role = z
  .strictObject({
    model: z
      .union([modelName, z.array(modelName).min(1).max(longestChain)], modelFault)
      .optional()
      .describe(
        'MODEL at the provider that the operator chose, or PROVIDER:MODEL at one that the operator uses; of a list each stands in for those before it',
      ),
    strategy: z
      .enum(['tools', 'rewrite'])
      .optional()
      .describe('tools: a loop of tool calls. rewrite: whole files in and out, for small models'),
    engine: z
      .enum(engineNames)
      .optional()
      .describe('What drives the agent: our own loop, or a program that the sandbox has'),
    command: command
      .optional()
      .describe('The command line of the engine `command`: the prompt comes on standard input'),
    instructions: z
      .string()
      .trim()
      .min(1)
      .max(4000)
      .optional()
      .describe("The repository's own words to this role; they can't change the rules"),
    turns: count(1, 300).optional().describe('Model calls of one attempt'),
  })
  .prefault({})
  .describe("How this role is played; what is not named is the operator's choice");

const trigger = z
  .strictObject({
    label: label.default('entropy').describe('Label that starts a run'),
    assignee: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$/, 'must be a login on GitHub')
      .optional()
      .describe('Login whose assignment to an issue starts a run'),
    comment: z.boolean().default(true).describe('Whether /entropy comments start and steer runs'),
  })
  .prefault({});

const budget = z
  .strictObject({
    usd: dollars.optional().describe('US dollars; binds only models with a known price'),
    tokens: count(1, 1_000_000_000).optional().describe('Tokens of all kinds'),
    calls: count(1, 10_000).optional().describe('Model calls'),
  })
  .prefault({})
  .describe("Per issue, over all roles and retries. Lowers the operator's budget, never raises it");

const daily = z
  .strictObject({
    runs: count(0, 10_000).optional().describe('Runs that are begun'),
    usd: dollars.optional().describe('US dollars; binds only models with a known price'),
  })
  .prefault({})
  .describe('Caps of this repository and day (UTC)');

const checks = z
  .strictObject({
    setup: z
      .union([command, z.array(command).max(20)], commandsFault)
      .optional()
      .describe('Commands that make the repository ready for its tests'),
    test: command.optional().describe('The command that runs the tests'),
  })
  .prefault({});

const evidence = z
  .strictObject({
    exempt: z
      .array(glob)
      .max(100)
      .default([])
      .describe('Paths whose change alone needs no failing-then-passing test'),
    exemptLabels: z
      .array(label)
      .max(100)
      .default([])
      .describe('Labels of issues whose changes need no failing-then-passing test'),
  })
  .prefault({});

const commits = z
  .strictObject({
    signOff: z
      .enum(['auto', 'always', 'never'])
      .default('auto')
      .describe('A Signed-off-by line; auto: where the repository asks for one'),
    convention: z
      .enum(['auto', 'conventional', 'plain'])
      .default('auto')
      .describe("Form of the subject; auto: as in the repository's own commits"),
  })
  .prefault({});

const toolServer = z.strictObject({
  command: z
    .array(z.string().min(1).max(1000))
    .min(1)
    .max(50)
    .describe('Program and arguments; it is started inside the sandbox'),
  env: z.record(z.string().regex(/^[A-Za-z_]\w{0,99}$/), z.string().max(2000)).exactOptional(),
  roles: z
    .array(z.enum(modelRoles))
    .min(1)
    .default(['coder'])
    .describe("Who may use it: by default not the issue-reader, which reads strangers' words"),
});

const limits = z
  .strictObject({
    rounds: count(1, 10).default(3).describe('Rounds of writing, over checks and reviews'),
    files: count(1, 1000).default(100).describe('Files of one change'),
    bytes: count(1, 5_000_000).default(1_000_000).describe('Bytes that one change writes'),
  })
  .prefault({});

/**
 * `.entropy.yml`, read from the default branch only. Version 1. Every key is optional but `version`.
 */
export const policySchema = z.strictObject({
  version: z.literal(1, 'must be 1, the version that this program knows'),
  enabled: z.boolean().default(true).describe('false: no run starts in this repository'),
  trigger,
  roles: z.strictObject({ 'issue-reader': role, coder: role, reviewer: role }).prefault({}),
  review: z
    .strictObject({
      otherFamily: z
        .boolean()
        .default(false)
        .describe("true: the reviewer's model must be of another family than the coder's"),
    })
    .prefault({}),
  budget,
  daily,
  pullRequests: z
    .strictObject({
      open: count(1, 1000).default(5).describe('Open pull requests of agents, at most'),
    })
    .prefault({}),
  checks,
  evidence,
  merge: z
    .enum(['hand-over', 'merge-when-approved'])
    .default('hand-over')
    .describe('What becomes of a verified and reviewed pull request'),
  commits,
  registries: z
    .array(z.hostname())
    .max(20)
    .default([])
    .describe("Hosts that set-up may fetch from, added to those the machine's own tools use"),
  protect: z
    .array(glob)
    .max(100)
    .default([])
    .describe('Paths that no change may touch, added to the built-in ones'),
  mcp: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be a name like docs-search'),
      toolServer,
    )
    .default({})
    .describe('Tool servers (MCP over standard streams); none by default'),
  limits,
});

/** A repository's rules for its runs. */
export type Policy = z.infer<typeof policySchema>;

/** What holds where the repository has no `.entropy.yml`. */
export const defaultPolicy: Policy = policySchema.parse({ version: 1 });

/** Where a repository keeps its rules. */
export const policyPath = '.entropy.yml';

/** The schema of `.entropy.yml` as editors read it (JSON Schema 2020-12). */
export function policyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(policySchema, { io: 'input' });
}
