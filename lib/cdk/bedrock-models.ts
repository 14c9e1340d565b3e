import * as z from 'zod';
import { ConfigInvalid } from '../domain/errors.ts';

/**
 * Regions that a profile of a geography may send a request on to: all of it that have Bedrock, as
 * https://docs.aws.amazon.com/bedrock/latest/userguide/endpoints-region-availability.html had them in November 2026. A model's own
 * profile uses fewer; more do no harm, since only the profile gets there.
 */
const geographies: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
  ca: ['ca-central-1', 'ca-west-1'],
  eu: [
    ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
    ...['eu-west-1', 'eu-west-2', 'eu-west-3'],
  ],
  apac: [
    ...['ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1'],
    ...['ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
    ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7'],
  ],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  au: ['ap-southeast-2', 'ap-southeast-4'],
  'us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  global: [''],
};

/** A model at Bedrock, by the id that it is asked for. */
export interface BedrockModel {
  readonly id: string;
  /** The model itself, where the id is a cross-region profile's. */
  readonly profileOf?: {
    readonly model: string;
    /** Beside the stack's own region; an empty one is the name that a global profile's model has. */
    readonly regions: readonly string[];
  };
}

const link = z.object({ provider: z.string(), model: z.string() });
const choice = link.extend({ fallbacks: z.array(link).default([]) });
const settingsSchema = z.object({
  model: choice.optional(),
  roleModels: z.record(z.string(), choice).default({}),
});

/** What of the run settings is asked at Bedrock. Throws `ConfigInvalid` for what can't be granted. */
export function bedrockModels(runSettings: string | undefined): readonly BedrockModel[] {
  if (runSettings === undefined) return [];
  const { model, roleModels } = parsed(runSettings);
  const choices = [...(model === undefined ? [] : [model]), ...Object.values(roleModels)];
  const links = choices.flatMap((each) => [each, ...each.fallbacks]);
  const ids = links.filter(({ provider }) => provider === 'bedrock').map((each) => each.model);
  return [...new Set(ids)].sort().map(modelOf);
}

function parsed(text: string): z.infer<typeof settingsSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigInvalid('runSettings: not JSON');
  }
  const read = settingsSchema.safeParse(value);
  if (read.success) return read.data;
  throw new ConfigInvalid(`runSettings: ${z.prettifyError(read.error)}`);
}

function modelOf(id: string): BedrockModel {
  // A wildcard in a name would be one in a policy; an ARN of a profile does not tell its models.
  if (!/^[a-z0-9][a-z0-9.:-]*$/i.test(id) || id.startsWith('arn:')) {
    throw new ConfigInvalid(
      `runSettings: ${id} is no id of a model at Bedrock, or of a cross-region profile; an ARN can't be granted here`,
    );
  }
  const [geography = '', ...rest] = id.split('.');
  const regions = Object.hasOwn(geographies, geography) ? geographies[geography] : undefined;
  return regions === undefined ? { id } : { id, profileOf: { model: rest.join('.'), regions } };
}
