import { readFileSync } from 'node:fs';
import { z } from 'zod';

const price = z.number().min(0);
const compute = z.strictObject({ vcpuHour: price, gbHour: price });
const schema = z.strictObject({
  date: z.iso.date(),
  region: z.string(),
  source: z.string().min(1),
  month: z.strictObject({ hours: price }),
  kms: z.strictObject({ keyMonth: price, signEcc: price, signRsa: price }),
  alarms: z.strictObject({ month: price, free: z.int().min(0) }),
  lambda: z.strictObject({ gbSecond: price, request: price, streamedGb: price }),
  scheduler: z.strictObject({ call: price }),
  dynamodb: z.strictObject({ write: price, read: price, gbMonth: price, restoreGbMonth: price }),
  s3: z.strictObject({ put: price, get: price, gbMonth: price }),
  states: z.strictObject({ transition: price }),
  fargate: z.strictObject({
    ARM64: compute,
    X86_64: compute,
    /** Part of the price that Spot takes off. */
    spotDiscount: z.number().min(0).max(1),
  }),
  network: z.strictObject({
    ipv4Hour: price,
    endpointHour: price,
    natHour: price,
    outGb: price,
    dnsQuery: price,
    dnsDomainMonth: price,
  }),
  logs: z.strictObject({ inGb: price, toS3Gb: price, gbMonth: price }),
  api: z.strictObject({ request: price }),
  ecr: z.strictObject({ gbMonth: price }),
  xray: z.strictObject({ trace: price }),
  secret: z.strictObject({ month: price }),
  /** What an account may use each month for nothing. */
  free: z.strictObject({
    lambdaGbSeconds: price,
    lambdaRequests: price,
    transitions: price,
    logGb: price,
    tableGb: price,
    outGb: price,
    traces: price,
  }),
});

/** Prices in US dollars: for one call, hour, GB or month, as each name says. */
export type Prices = z.infer<typeof schema>;

/** The prices that are counted with. */
export const prices: Prices = schema.parse(
  JSON.parse(readFileSync(new URL('./prices.json', import.meta.url), 'utf8')),
);
