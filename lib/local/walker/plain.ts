import { compileCondition } from './choice.ts';
import { StateFailure } from './failure.ts';
import { evaluate, parseExpression } from './intrinsics.ts';
import { placeResult, selectPath, type View } from './paths.ts';
import { type Place, type Step, viewOf } from './place.ts';
import type { State, WorkingState } from './schema.ts';
import { fillTemplate } from './template.ts';

/** The states that only look at their data: nothing to journal, nothing to retry. */
export type PlainState = Exclude<State, WorkingState>;

/** Walks through a Pass, Choice, Succeed or Fail. Throws `StateFailure`. */
export function enterPlain(state: PlainState, place: Place): Step {
  switch (state.Type) {
    case 'Fail':
      throw failed(state, viewOf(place, '$'));
    case 'Succeed':
      return { output: filtered(state, place) };
    case 'Choice': {
      const view = viewOf(place, state.InputPath);
      const rule = state.Choices.find((candidate) => compileCondition(candidate)(view));
      const next = rule?.Next ?? state.Default;
      if (next === undefined) {
        throw new StateFailure('States.NoChoiceMatched', `no rule of ${place.name} fits its input`);
      }
      return { output: filtered(state, place), next };
    }
    case 'Pass': {
      const view = viewOf(place, state.InputPath);
      const made =
        state.Parameters === undefined ? view.data : fillTemplate(state.Parameters, view);
      const result = state.Result === undefined ? made : state.Result;
      const output = placeResult(state.ResultPath, place.input, result);
      return { output: selectPath(state.OutputPath, { ...view, data: output }), next: state.Next };
    }
  }
}

function failed(state: Extract<State, { Type: 'Fail' }>, view: View): StateFailure {
  const text = (path: string | undefined) =>
    path === undefined ? undefined : String(evaluate(parseExpression(path), view));
  return new StateFailure(
    state.Error ?? text(state.ErrorPath) ?? '',
    state.Cause ?? text(state.CausePath) ?? '',
  );
}

function filtered(
  state: {
    readonly InputPath?: string | null | undefined;
    readonly OutputPath?: string | null | undefined;
  },
  place: Place,
): unknown {
  const view = viewOf(place, state.InputPath);
  return selectPath(state.OutputPath, view);
}
