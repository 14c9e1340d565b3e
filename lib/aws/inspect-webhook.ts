import { createHmac, randomUUID } from 'node:crypto';
import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';
import { type Secrets, webhookSecrets } from './secrets.ts';

const name = 'webhook';
const waitMs = 20_000;
const zen = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 0 });

/**
 * Sends the webhook a ping as GitHub does: signed with the secret it must be taken, and with another secret it must not
 * be. The secret goes nowhere. Never throws.
 */
export async function inspectWebhook(url: string, secrets: Secrets): Promise<Finding> {
  let secret: string;
  try {
    [secret = ''] = webhookSecrets(await secrets.values());
  } catch (error) {
    return wrong(
      name,
      (error as Error).message,
      '"entropy init" puts it; reading it needs ssm:GetParameters',
    );
  }
  try {
    const signed = await ping(url, secret);
    if (signed !== 200) {
      const fix =
        signed === 401
          ? 'it knows another secret: functions read it anew within five minutes; then "entropy init --app-key-file"'
          : 'look at the logs of the function webhook';
      return wrong(name, `a signed ping was answered with ${signed}`, fix);
    }
    const forged = await ping(url, `${secret}-another`);
    if (forged === 401) return good(name, `${url} takes what is signed, and nothing else`);
    return wrong(name, `a forged ping was answered with ${forged}`, 'do not use it: report this');
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return doubtful(name, `${url} can't be reached from here (${cause})`, 'is the network up?');
  }
}

async function ping(url: string, secret: string): Promise<number> {
  const signature = createHmac('sha256', secret).update(zen).digest('hex');
  const answer = await fetch(url, {
    method: 'POST',
    body: zen,
    redirect: 'manual',
    signal: AbortSignal.timeout(waitMs),
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'ping',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
  await answer.body?.cancel();
  return answer.status;
}
