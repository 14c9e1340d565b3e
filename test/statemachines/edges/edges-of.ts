/** A state as far as its edges go. */
export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly ResultPath?: string | null;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly Catcher[];
  readonly Retry?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly MaxAttempts?: number;
  }[];
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
}
interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string | null;
}
/** A definition, or a branch of one. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** Every state by its name, those in branches too. Throws where two have the same name. */
export function statesIn(machine: Machine): ReadonlyMap<string, State> {
  const found = new Map<string, State>();
  const add = ({ States }: Machine) => {
    for (const [name, state] of Object.entries(States)) {
      if (found.has(name)) throw new Error(`two states are named ${name}`);
      found.set(name, state);
      for (const inner of insideOf(state)) add(inner);
    }
  };
  add(machine);
  return found;
}

/** Every edge there is, by its label. */
export function edgesOf(machine: Machine): string[] {
  return [...statesIn(machine)].flatMap(([name, state]) => [
    ...(leads(state) ? [label.next(name)] : []),
    ...(state.Choices ?? []).map((_rule, index) => label.rule(name, index)),
    ...(state.Default === undefined ? [] : [label.fallback(name)]),
    ...(state.Catch ?? []).flatMap(({ ErrorEquals }, index) =>
      ErrorEquals.map((error) => `${label.caught(name, index)} ${error}`),
    ),
    ...retriesOf(state).flatMap(({ error }) => [
      label.retried(name, error),
      label.usedUp(name, error),
    ]),
  ]);
}

/** The error names that are tried again, and how often. */
export function retriesOf({ Retry }: State) {
  return (Retry ?? [])
    .map(({ ErrorEquals, MaxAttempts = 3 }) => ({ ErrorEquals, times: MaxAttempts }))
    .filter(({ times }) => times > 0)
    .flatMap(({ ErrorEquals, times }) => ErrorEquals.map((error) => ({ error, times })));
}

/** The edges' names; those of `next`, `rule`, `fallback` and `caught` can be names of states. */
export const label = {
  next: (state: string) => `${state} next`,
  rule: (state: string, index: number) => `${state} rule ${index}`,
  fallback: (state: string) => `${state} default`,
  caught: (state: string, index: number) => `${state} catch ${index}`,
  retried: (state: string, error: string) => `${state} retry ${error}`,
  usedUp: (state: string, error: string) => `${state} retry ${error} used up`,
};

/**
 * The same machine with a Pass laid on each edge that leads to another state, so that a walk tells by which
 * of several edges it came: two rules may lead to one state.
 */
export function withMarks({ States, ...machine }: Machine): Machine {
  const marked: Record<string, State> = {};
  const mark = (name: string, onwards: Pick<State, 'Next' | 'End'>) => {
    marked[name] = { Type: 'Pass', ...onwards };
    return name;
  };
  for (const [name, state] of Object.entries(States)) {
    const { Next, End, ...rest } = state;
    const { Default, Choices, Catch, Branches, ItemProcessor } = state;
    marked[name] = {
      ...rest,
      ...(Next !== undefined && { Next: mark(label.next(name), { Next }) }),
      ...(End && { Next: mark(label.next(name), { End }) }),
      ...(Default !== undefined && { Default: mark(label.fallback(name), { Next: Default }) }),
      ...(Choices && {
        Choices: Choices.map((rule, index) => ({
          ...rule,
          Next: mark(label.rule(name, index), { Next: rule.Next }),
        })),
      }),
      ...(Catch && {
        Catch: Catch.map((rule, index) => ({
          ...rule,
          Next: mark(label.caught(name, index), { Next: rule.Next }),
        })),
      }),
      ...(Branches && { Branches: Branches.map(withMarks) }),
      ...(ItemProcessor && { ItemProcessor: withMarks(ItemProcessor) }),
    };
  }
  return { ...machine, States: marked };
}

function leads({ Next, End }: State): boolean {
  return Next !== undefined || End === true;
}

/** The machines inside a state. */
export function insideOf({ Branches = [], ItemProcessor }: State): readonly Machine[] {
  return ItemProcessor === undefined ? Branches : [...Branches, ItemProcessor];
}
