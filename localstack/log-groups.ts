/** One line of a log. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Names of the log groups that an emulator has. */
export async function groupsOf(endpoint: string): Promise<string[]> {
  const { logGroups = [] } = await call(endpoint, 'DescribeLogGroups', {});
  return (logGroups as { logGroupName: string }[]).map(({ logGroupName }) => logGroupName);
}

/** What a group has got since `startTime`, in order. */
export async function eventsSince(
  endpoint: string,
  logGroupName: string,
  startTime: number,
): Promise<LogEvent[]> {
  const { events = [] } = await call(endpoint, 'FilterLogEvents', { logGroupName, startTime });
  return (events as LogEvent[]).toSorted((a, b) => a.timestamp - b.timestamp);
}

/** The emulator takes its root at its word: this needs no client of its own for one command on one machine. */
async function call(endpoint: string, action: string, body: object) {
  const scope = 'Credential=test/20260101/us-east-1/logs/aws4_request';
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
