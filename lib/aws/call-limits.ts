/**
 * Settings of an SDK client: four tries, and a connection or an answer (of `answerMs`, milliseconds) that does
 * not come is given up, which the SDK by itself would not.
 */
export function callLimits(answerMs: number) {
  return {
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
    },
  } as const;
}
