export { describeShape } from './describe.ts';
export { flag, integer, type Kind, oneOf, optional, text } from './kinds.ts';
export { type EnvFault, EnvSyntaxError, parseLines } from './lines.ts';
export { EnvError, readEnv, type Shape, type Values } from './shape.ts';
