import { ForgeUnavailable } from '../domain/errors.ts';

interface Answer {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}
interface Fault {
  readonly type?: unknown;
  readonly message?: unknown;
}

const limited = /rate.?limit|abuse/i;
const passing =
  /^(SERVICE_UNAVAILABLE|INTERNAL|INTERNAL_ERROR|TIMEOUT)$|something went wrong while executing your query|respond to your request in time|timed? ?out/i;

/**
 * What GraphQL answers with status 200 though the same call may go through later: a limit, with the status that REST
 * has for it, or a failure of GitHub's. The answer's headers, which say how long to wait, are in its `response`.
 * Undefined for any other answer.
 */
export function passingRefusal(answer: Answer): ForgeUnavailable | undefined {
  const { errors } = (answer.data ?? {}) as { readonly errors?: unknown };
  if (!Array.isArray(errors)) return undefined;
  for (const { type, message } of errors as readonly Fault[]) {
    const words = [type, message].filter((one) => typeof one === 'string');
    const over = words.some((one) => limited.test(one));
    if (!over && !words.some((one) => passing.test(one))) continue;
    const text = `GitHub answered ${words.join(': ')}`.slice(0, 500);
    const refusal = new ForgeUnavailable(text, { status: over ? 429 : undefined });
    return Object.assign(refusal, { response: { headers: answer.headers } });
  }
  return undefined;
}
