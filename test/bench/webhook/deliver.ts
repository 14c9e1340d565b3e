import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';

/** A signed delivery. */
interface Delivery {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Example {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: GitHub's payload, looked into by name
  readonly examples: readonly any[];
}

/** GitHub's own example of a labelled issue, each time about another issue. */
export function deliveries(count: number, from: number, secret: string): Delivery[] {
  const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Example[];
  const issues = all.find(({ name }) => name === 'issues');
  const labelled = issues?.examples.find(({ action, label }) => action === 'labeled' && label);
  if (labelled === undefined) throw new Error('there is no example of a labelled issue');
  return Array.from({ length: count }, (_, n) => {
    const issue = { ...labelled.issue, number: from + n };
    const label = { ...labelled.label, name: 'entropy' };
    const body = Buffer.from(JSON.stringify({ ...labelled, issue, label }));
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'content-length': String(body.length),
      'user-agent': 'GitHub-Hookshot/000000',
      'x-github-event': 'issues',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
    };
    return { body, headers };
  });
}

/** Delivers all over so many connections; milliseconds that each took. Throws where one is not accepted. */
export async function deliverAll(
  url: string,
  all: readonly Delivery[],
  connections: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  const waiting = all.values();
  const worker = async () => {
    for (const delivery of waiting) {
      const began = performance.now();
      const status = await deliver(url, delivery, agent);
      if (status !== 200 && status !== 202) throw new Error(`${url} answered ${status}`);
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return latencies;
}

function deliver(url: string, { body, headers }: Delivery, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.once('error', reject).end(body);
  });
}
