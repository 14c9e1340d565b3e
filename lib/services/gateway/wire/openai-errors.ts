import type { WireError } from './wire-error.ts';

const types: Record<number, string> = {
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  429: 'rate_limit_error',
};
const codes: Record<number, string> = {
  401: 'invalid_api_key',
  402: 'insufficient_quota',
  404: 'not_found',
  429: 'rate_limit_exceeded',
};

/** An error as both of OpenAI's protocols tell it. */
export function openaiError({ status, message }: WireError) {
  const type = types[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return { error: { message, type, param: null, code: codes[status] ?? null } };
}

/** The code that a stream of Responses fails with; a client gives up at the one of a budget. */
export function responsesCode({ status }: WireError): string {
  return codes[status] ?? (status < 500 ? 'invalid_prompt' : 'server_error');
}
