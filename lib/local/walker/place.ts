import { selectPath, type View } from './paths.ts';
import type { State } from './schema.ts';
import { contextOf, type Scope, type Transition } from './scope.ts';

/** What a state gives: its output, and the state after it. */
export interface Step {
  readonly output: unknown;
  /** Absent at an end. */
  readonly next?: string | undefined;
}

/** A state being visited. */
export interface Place {
  readonly name: string;
  readonly path: string;
  readonly input: unknown;
  readonly scope: Scope;
}

/** What the state's paths see: its input after InputPath, and the context object at the given try. */
export function viewOf(place: Place, inputPath: string | null | undefined, attempt = 1): View {
  const context = contextOf(place.scope, place.name, attempt - 1);
  return { data: selectPath(inputPath, { data: place.input, context }), context };
}

/** Reports what happens at the place. */
export function tell(
  { name, path, scope }: Place,
  { Type }: State,
  what: Pick<Transition, 'phase' | 'error'>,
): void {
  scope.walk.onTransition({ run: scope.walk.name, path, state: name, type: Type, ...what });
}
