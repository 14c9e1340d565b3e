import { createHmac, randomUUID } from 'node:crypto';

/** As long as GitHub waits. */
const usualMs = 10_000;
const atOnce = 16;
const logLength = 1000;
const responseLimit = 64 * 1024;

/** Where deliveries go. An empty list of events means all of them. */
export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  readonly events?: readonly string[];
}

/** One delivery as the log keeps it. `statusCode` 0 means that no answer came. */
export interface Delivery {
  readonly guid: string;
  readonly hookId: number;
  readonly event: string;
  readonly action: string | undefined;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  readonly statusCode: number;
  /** `OK`, the answer's status text, or what went wrong. */
  readonly status: string;
  readonly request: { readonly headers: Record<string, string>; readonly payload: string };
  readonly response: string;
}

export interface Webhooks {
  add(options: WebhookOptions): number;
  remove(id: number): void;
  /** The App's own webhook, in place of the one before. */
  addOfApp(options: WebhookOptions): void;
  /** Changes it, and gives it as it then is; undefined where there is none. */
  changeOfApp(change: Partial<WebhookOptions>): WebhookOptions | undefined;
  /** Sends an event to every hook that listens for it. Does not wait. */
  send(event: string, payload: Record<string, unknown>): void;
  /** Sends a logged delivery again under its own GUID; answers with the new log entry. */
  redeliver(guid: string): Promise<Delivery>;
  deliveries(): readonly Delivery[];
  /** Waits until nothing is on its way. */
  settled(): Promise<void>;
  /** Ends what is on its way. */
  close(): Promise<void>;
}

interface Hook extends WebhookOptions {
  readonly id: number;
}
type Job = Pick<Delivery, 'guid' | 'event' | 'action' | 'redelivery'> & {
  readonly hook: Hook;
  readonly payload: string;
};

/** Deliveries of the App's webhook, as GitHub sends them: signed, once, each with `limitMs` to answer. */
export function createWebhooks(appId: number, now: () => number, limitMs = usualMs): Webhooks {
  const hooks = new Map<number, Hook>();
  const log: Delivery[] = [];
  const stop = new AbortController();
  const deliver = async (job: Job): Promise<Delivery> => {
    const headers = headersOf(job, appId);
    const answer = await post(job.hook.url, headers, job.payload, within(limitMs, stop.signal));
    const { guid, event, action, redelivery, payload } = job;
    const deliveredAt = new Date(now()).toISOString();
    const told = { guid, hookId: job.hook.id, event, action, redelivery, deliveredAt };
    const delivery = { ...told, ...answer, request: { headers, payload } };
    log.push(delivery);
    if (log.length > logLength) log.shift();
    return delivery;
  };
  const queue = createQueue(deliver, stop.signal);
  let lastHook = 400_000_000;
  let ofApp: number | undefined;
  const add = (options: WebhookOptions) => {
    lastHook += 1;
    hooks.set(lastHook, { ...options, id: lastHook });
    return lastHook;
  };
  return {
    add,
    addOfApp(options) {
      if (ofApp !== undefined) hooks.delete(ofApp);
      ofApp = add(options);
    },
    changeOfApp(change) {
      const found = hooks.get(ofApp ?? 0);
      if (found === undefined) return undefined;
      const changed = { ...found, ...change };
      hooks.set(found.id, changed);
      return changed;
    },
    remove: (id) => void hooks.delete(id),
    send(event, payload) {
      const text = JSON.stringify(payload);
      const action = typeof payload.action === 'string' ? payload.action : undefined;
      for (const hook of hooks.values()) {
        if (hook.events?.length && !hook.events.includes(event)) continue;
        const job = { hook, guid: randomUUID(), event, action, payload: text };
        queue.push({ ...job, redelivery: false });
      }
    },
    redeliver(guid) {
      const found = log.findLast((each) => each.guid === guid);
      const hook = found && hooks.get(found.hookId);
      if (!found || !hook) throw new Error(`no delivery ${guid}`);
      const { event, action, request } = found;
      return deliver({ hook, guid, event, action, payload: request.payload, redelivery: true });
    },
    deliveries: () => [...log],
    settled: queue.settled,
    async close() {
      stop.abort();
      await queue.settled();
    },
  };
}

/** Runs jobs in the order they come, a few at once. Once stopped, starts no more. */
function createQueue(work: (job: Job) => Promise<unknown>, stop: AbortSignal) {
  const waiting: Job[] = [];
  const running = new Set<Promise<unknown>>();
  const pump = () => {
    while (running.size < atOnce && waiting.length > 0 && !stop.aborted) {
      const task = work(waiting.shift() as Job).finally(() => {
        running.delete(task);
        pump();
      });
      running.add(task);
    }
  };
  return {
    push(job: Job) {
      waiting.push(job);
      pump();
    },
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** The headers of a delivery; both signatures are over the payload's bytes. */
function headersOf(job: Job, appId: number): Record<string, string> {
  const sign = (algorithm: string) =>
    `${algorithm}=${createHmac(algorithm, job.hook.secret).update(job.payload).digest('hex')}`;
  return {
    Accept: '*/*',
    'Content-Type': 'application/json',
    'User-Agent': 'GitHub-Hookshot/044aadd',
    'X-GitHub-Delivery': job.guid,
    'X-GitHub-Event': job.event,
    'X-GitHub-Hook-ID': String(job.hook.id),
    'X-GitHub-Hook-Installation-Target-ID': String(appId),
    'X-GitHub-Hook-Installation-Target-Type': 'integration',
    'X-Hub-Signature': sign('sha1'),
    'X-Hub-Signature-256': sign('sha256'),
  };
}

const within = (ms: number, stop: AbortSignal) => AbortSignal.any([stop, AbortSignal.timeout(ms)]);

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
) {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const response = (await answer.text()).slice(0, responseLimit);
    const status = answer.ok
      ? 'OK'
      : answer.statusText || `Invalid HTTP Response: ${answer.status}`;
    return { statusCode: answer.status, status, response };
  } catch (error) {
    const timedOut = (error as Error).name === 'TimeoutError';
    const status = timedOut ? 'timed out' : 'failed to connect to host';
    return { statusCode: 0, status, response: '' };
  }
}
