import { type DomainError, errorNamed, ModelFailed } from '../../domain/errors.ts';
import { asObject, type Loose, objectIn, textIn } from './json-line.ts';

/**
 * What an answer on a wire says went wrong, undefined where nothing did: the gateway's own error by its name where
 * one stands in it, else `ModelFailed`. `tail` is the answer's end: a stream may carry an error under status 200.
 */
export function namedFault(status: number, tail: string): DomainError | undefined {
  if (status >= 400) {
    const body = objectIn(tail);
    const said = body === undefined ? tail.trim().slice(0, 300) : (messageOf(body) ?? '');
    return domainError(body) ?? new ModelFailed(`the model's server answered ${status}: ${said}`);
  }
  for (const line of tail.split('\n').reverse()) {
    const event = line.startsWith('data:') ? objectIn(line.slice('data:'.length)) : undefined;
    const inner = asObject(event?.response) ?? event;
    if (inner?.error === undefined || inner.error === null) continue;
    return (
      domainError(inner) ??
      new ModelFailed(`the model's server broke off: ${messageOf(inner) ?? 'no reason given'}`)
    );
  }
  return undefined;
}

/** `{error: NAME, message}`, or a provider's shape with the name as type or code, or before the message. */
function domainError(body: Loose | undefined): DomainError | undefined {
  if (body === undefined) return undefined;
  const message = messageOf(body) ?? '';
  const inner = asObject(body.error);
  const before = /^([A-Z][A-Za-z]+): /.exec(message);
  for (const name of [body.error, inner?.type, inner?.code, inner?.name, before?.[1]]) {
    if (typeof name !== 'string') continue;
    const plain = before?.[1] === name ? message.slice(before[0].length) : message;
    const error = errorNamed(name, plain);
    if (error.name === name) return error;
  }
  return undefined;
}

function messageOf(body: Loose): string | undefined {
  const said = textIn(asObject(body.error)?.message) ?? textIn(body.message);
  return said?.slice(0, 500);
}
