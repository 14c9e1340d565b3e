import * as z from 'zod';
import { type Catcher, type Retrier, reservedNames } from './retry.ts';

/** States and where they start: a whole definition, a branch, or a Map's processor. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const filters = {
  Comment: z.string().optional(),
  InputPath: z.string().nullish(),
  OutputPath: z.string().nullish(),
};
const onwards = { Next: z.string().optional(), End: z.literal(true).optional() };
// A timer holds at most 2^31 ms.
const seconds = z.int().min(1).max(2_000_000);
const template = z.record(z.string(), z.unknown());

const errorEquals = z.array(z.string().min(1).refine(isCatchable, { error: notCatchable })).min(1);
const retrier: z.ZodType<Retrier> = z.strictObject({
  ErrorEquals: errorEquals,
  IntervalSeconds: z.int().min(1).max(31_622_400).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxAttempts: z.int().min(0).max(1000).optional(),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
});
const catcher: z.ZodType<Catcher> = z.strictObject({
  ErrorEquals: errorEquals,
  Next: z.string(),
  ResultPath: z.string().nullish(),
});
const working = {
  ...filters,
  ...onwards,
  ResultSelector: template.optional(),
  ResultPath: z.string().nullish(),
  Retry: z.array(retrier).optional(),
  Catch: z.array(catcher).optional(),
};

const task = z.strictObject({
  Type: z.literal('Task'),
  ...working,
  Resource: z.enum(['arn:aws:states:::lambda:invoke', 'arn:aws:states:::ecs:runTask.sync']),
  Parameters: template,
  TimeoutSeconds: seconds,
});
const pass = z.strictObject({
  Type: z.literal('Pass'),
  ...filters,
  ...onwards,
  Parameters: template.optional(),
  Result: z
    .unknown()
    .refine((value) => value !== null, 'null is not supported')
    .optional(),
  ResultPath: z.string().nullish(),
});
const choice = z.strictObject({
  Type: z.literal('Choice'),
  ...filters,
  Choices: z.array(z.looseObject({ Next: z.string() })).min(1),
  Default: z.string().optional(),
});
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...filters });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  Comment: z.string().optional(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
  ErrorPath: z.string().optional(),
  CausePath: z.string().optional(),
});

type TaskState = Readonly<z.infer<typeof task>>;
type Working = Pick<TaskState, keyof typeof working>;
/** Branches side by side; the result is the list of their outputs. */
interface ParallelState extends Working {
  readonly Type: 'Parallel';
  readonly Parameters?: Record<string, unknown> | undefined;
  readonly Branches: readonly Machine[];
}
/** One processor over every item, in this process; the result is the list of outputs. */
export interface MapState extends Working {
  readonly Type: 'Map';
  readonly ItemsPath?: string | undefined;
  readonly ItemSelector?: Record<string, unknown> | undefined;
  readonly MaxConcurrency?: number | undefined;
  readonly ItemProcessor: Machine;
}
/** The states that take Retry and Catch. */
export type WorkingState = TaskState | ParallelState | MapState;
export type { TaskState };
/** Any supported state. */
export type State =
  | WorkingState
  | Readonly<z.infer<typeof pass>>
  | Readonly<z.infer<typeof choice>>
  | Readonly<z.infer<typeof succeed>>
  | Readonly<z.infer<typeof fail>>;

// No `#`, `.` or `/`: names are parts of the journal's paths.
const stateName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 _-]{0,79}$/, 'a state name has letters, digits, space, _ and -');
const machine = z.lazy(() => z.strictObject(machineShape));
const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...working,
  Parameters: template.optional(),
  Branches: z.array(machine).min(1),
});
const processor = z.lazy(() =>
  z.strictObject({
    ...machineShape,
    ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
  }),
);
const map = z.strictObject({
  Type: z.literal('Map'),
  ...working,
  ItemsPath: z.string().optional(),
  ItemSelector: template.optional(),
  MaxConcurrency: z.int().min(0).max(40).optional(),
  ItemProcessor: processor,
});
const state: z.ZodType<State> = z.discriminatedUnion(
  'Type',
  [task, parallel, map, pass, choice, succeed, fail],
  'Type must be Task, Parallel, Map, Pass, Choice, Succeed or Fail; other states are not supported',
);
const machineShape = {
  Comment: z.string().optional(),
  StartAt: z.string(),
  States: z.record(stateName, state),
};

/** A whole state machine. */
export interface Definition extends Machine {
  /** From the first start to the end; a run that takes longer fails with States.Timeout. */
  readonly TimeoutSeconds?: number | undefined;
}

/** The supported subset of the States Language, as far as the form of single members goes. */
export const definitionSchema: z.ZodType<Definition> = z.strictObject({
  ...machineShape,
  TimeoutSeconds: seconds.optional(),
  Version: z.literal('1.0').optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
});

function isCatchable(name: string): boolean {
  return !name.startsWith('States.') || reservedNames.includes(name);
}

function notCatchable(issue: { readonly input?: unknown }): string {
  return `no error named ${String(issue.input)} reaches a rule: use ${reservedNames.join(', ')}`;
}
