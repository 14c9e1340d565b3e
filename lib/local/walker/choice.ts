import { ConfigInvalid } from '../../domain/errors.ts';
import { runtimeFailure } from './failure.ts';
import { lookUp, parsePath, readPath, type View } from './paths.ts';

/** A Choice rule or a condition inside And, Or, Not, as written in the definition. */
export type Condition = Readonly<Record<string, unknown>>;
type Test = (view: View) => boolean;
type Compare = (left: unknown, right: unknown) => boolean;

const sameType =
  (type: string, compare: (left: never, right: never) => boolean): Compare =>
  (left, right) =>
    typeof left === type && typeof right === type && compare(left as never, right as never);

/** Values of different types never compare; each of these also exists as `...Path`. */
const comparisons: Record<string, { operand: string; compare: Compare }> = {
  BooleanEquals: { operand: 'boolean', compare: sameType('boolean', (a, b) => a === b) },
  ...ordered('String', 'string'),
  ...ordered('Numeric', 'number'),
};

const typeTests: Record<string, (value: unknown) => boolean> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
};

/** Turns a condition into a test. Throws `ConfigInvalid` where it is not of the supported subset. */
export function compileCondition(condition: Condition): Test {
  const names = Object.keys(condition).filter((name) => name !== 'Next' && name !== 'Comment');
  const [first, ...others] = names.filter((name) => name !== 'Variable');
  if (first === undefined || others.length > 0) {
    throw new ConfigInvalid(`a Choice rule needs one operator: ${names.join(', ') || 'none'}`);
  }
  const operand = condition[first];
  if (first === 'Not') return not(compileCondition(asCondition(operand)));
  if (first === 'And' || first === 'Or') {
    if (!Array.isArray(operand) || operand.length === 0) {
      throw new ConfigInvalid(`${first} needs a list of conditions`);
    }
    const tests = operand.map((inner) => compileCondition(asCondition(inner)));
    return first === 'And'
      ? (view) => tests.every((test) => test(view))
      : (view) => tests.some((test) => test(view));
  }
  if (typeof condition.Variable !== 'string') throw new ConfigInvalid(`${first} needs a Variable`);
  parsePath(condition.Variable);
  return compileTest(first, condition.Variable, operand);
}

function compileTest(operator: string, variable: string, operand: unknown): Test {
  if (operator === 'IsPresent' || Object.hasOwn(typeTests, operator)) {
    if (typeof operand !== 'boolean') throw new ConfigInvalid(`${operator} takes true or false`);
    const test = typeTests[operator];
    if (test === undefined) return (view) => lookUp(variable, view).found === operand;
    return (view) => test(present(variable, view)) === operand;
  }
  const byPath = operator.endsWith('Path');
  const comparison = comparisons[byPath ? operator.slice(0, -4) : operator];
  if (comparison === undefined) {
    throw new ConfigInvalid(`the Choice operator ${operator} is not supported`);
  }
  if (!byPath) {
    if (typeof operand !== comparison.operand) {
      throw new ConfigInvalid(`${operator} takes a ${comparison.operand}`);
    }
    return (view) => comparison.compare(present(variable, view), operand);
  }
  if (typeof operand !== 'string') throw new ConfigInvalid(`${operator} takes a path`);
  parsePath(operand);
  return (view) => comparison.compare(present(variable, view), readPath(operand, view));
}

function present(variable: string, view: View): unknown {
  const { found, value } = lookUp(variable, view);
  if (!found) throw runtimeFailure(`the Choice variable ${variable} is not in the state's data`);
  return value;
}

function asCondition(value: unknown): Condition {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'Next' in value) {
    throw new ConfigInvalid('a condition inside And, Or, Not is an object without Next');
  }
  return value as Condition;
}

function not(test: Test): Test {
  return (view) => !test(view);
}

function ordered(prefix: string, operand: string) {
  const compare = (test: (left: never, right: never) => boolean) => ({
    operand,
    compare: sameType(operand, test),
  });
  return {
    [`${prefix}Equals`]: compare((a, b) => a === b),
    [`${prefix}LessThan`]: compare((a, b) => a < b),
    [`${prefix}LessThanEquals`]: compare((a, b) => a <= b),
    [`${prefix}GreaterThan`]: compare((a, b) => a > b),
    [`${prefix}GreaterThanEquals`]: compare((a, b) => a >= b),
  };
}
