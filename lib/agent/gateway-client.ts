import { HandoffInvalid } from '../domain/errors.ts';
import type { Handoff, PartialWork } from '../domain/handoff.ts';
import type { ModelReply, ModelRequest } from '../domain/model.ts';
import type { SessionGrant, StageInput } from '../domain/stage-input.ts';
import { askGateway, type GatewayPlace, type GatewayRequest } from './gateway-request.ts';
import { type ClaimedEvent, startTeller } from './teller.ts';

/**
 * The gateway under one session. Every call throws what the gateway names (`SessionRefused`,
 * `Cancelled`, `BudgetExceeded`, ...) or `StageLost` where it can't be reached.
 */
export interface GatewayClient {
  readonly input: () => Promise<StageInput>;
  readonly model: (request: ModelRequest) => Promise<ModelReply>;
  readonly heartbeat: () => Promise<void>;
  /** Nobody waits for it, but what was told comes before the next model call, handoff or failure. */
  readonly tell: (event: ClaimedEvent) => void;
  /** Throws `HandoffInvalid` with the faults. */
  readonly leave: (handoff: Handoff) => Promise<void>;
  /** Keeps work that was cut off for the next attempt. */
  readonly keep: (work: PartialWork) => Promise<void>;
  readonly fail: (error: string, message: string) => Promise<void>;
  /** Opens egress for set-up and gives the proxy's URL, reached through the gateway's own address. */
  readonly beginSetup: () => Promise<string>;
  readonly endSetup: () => Promise<void>;
  /** Where models are asked in a provider's own protocol, and what lets in there; the proxy is the gateway's. */
  readonly wire: {
    readonly url: string;
    readonly token: string;
    readonly proxy?: string | undefined;
  };
  /** Where git clones from, and the configuration that carries the session. */
  readonly git: { readonly url: string; readonly config: readonly (readonly [string, string])[] };
}

const shortMs = 30_000;
/** A handoff may be tens of megabytes, and the gateway stores it before it answers. */
const longMs = 120_000;
/** The stage's own deadline ends a model call that takes too long; this only ends a lost one. */
const modelMs = 3_600_000;

/** Before a machine is taken away, with time left to say why the stage failed. */
const keepMs = 45_000;

/** Trades the boot code for a session. Throws `SessionRefused`. */
export async function redeem(
  place: GatewayPlace,
  bootCode: string,
  signal: AbortSignal,
): Promise<SessionGrant> {
  const body = { bootCode };
  const asked = { method: 'POST', path: '/v1/session', body, signal, timeoutMs: shortMs } as const;
  return (await askGateway(place, undefined, asked)) as SessionGrant;
}

/**
 * The client of one session. Work stops with `signal`; what was cut off, a failure and the end of set-up are told
 * even after that.
 */
export function gatewayClient(
  place: GatewayPlace,
  { token, bodyBytes }: Pick<SessionGrant, 'token' | 'bodyBytes'>,
  signal: AbortSignal,
): GatewayClient {
  const ask = (asked: Partial<GatewayRequest> & Pick<GatewayRequest, 'path'>) =>
    askGateway(place, token, { method: 'POST', timeoutMs: shortMs, ...asked });
  const { tell, beside, told } = startTeller(
    async (events) => void (await ask({ path: '/v1/events', body: { events }, signal })),
  );
  return {
    input: async () =>
      (await ask({ method: 'GET', path: '/v1/input', signal, timeoutMs: longMs })) as StageInput,
    model: async (request) => {
      const body = { ...request, told: await beside() };
      return (await ask({ path: '/v1/model', body, signal, timeoutMs: modelMs })) as ModelReply;
    },
    heartbeat: async () => void (await ask({ path: '/v1/heartbeat', body: {}, signal })),
    tell,
    leave: async (body) => {
      await told();
      refuseOver(bodyBytes, body);
      await ask({ path: '/v1/result', body, signal, timeoutMs: longMs });
    },
    keep: async (body) => {
      refuseOver(bodyBytes, body);
      await ask({ path: '/v1/partial', body, timeoutMs: keepMs });
    },
    fail: async (error, message) => {
      await told();
      await ask({ path: '/v1/failure', body: { error, message: message.slice(0, 10_000) } });
    },
    beginSetup: async () => {
      const { proxy } = (await ask({ path: '/v1/setup', body: {}, signal })) as { proxy: string };
      const url = new URL(proxy);
      url.host = new URL(place.base).host;
      return url.href.replace(/\/$/, '');
    },
    endSetup: async () => void (await ask({ method: 'DELETE', path: '/v1/setup' })),
    wire: { url: new URL('/wire', place.base).href, token, proxy: place.proxy },
    git: {
      url: new URL('/git', place.base).href,
      config: [
        ['http.extraHeader', `Authorization: Bearer ${token}`],
        ...(place.proxy === undefined ? [] : [['http.proxy', place.proxy] as const]),
      ],
    },
  };
}

/** Said here: a place in between would cut the request off, and what it says then names nothing that helps. */
function refuseOver(bodyBytes: number, body: unknown): void {
  const size = Buffer.byteLength(JSON.stringify(body));
  if (size <= bodyBytes) return;
  throw new HandoffInvalid(
    `what is handed over has ${size} bytes as it is sent (a file's bytes grow by a third), and the gateway takes ${bodyBytes}: leave out what is generated or can be smaller`,
  );
}
