import { statfsSync } from 'node:fs';
import { platform } from 'node:process';
import * as z from 'zod';
import type { Machine } from '../machine.ts';
import { askDocker, type Docker, type DockerSettings } from './engine.ts';
import { harnessDigest, harnessLabel } from './harness-digest.ts';
import { tryContainer } from './try-container.ts';

/** Why there is none here, and what to do. */
interface None {
  readonly reason: string;
}

const engineSchema = z.object({
  OSType: z.string(),
  DockerRootDir: z.string(),
  MemoryLimit: z.boolean(),
  PidsLimit: z.boolean(),
  CPUCfsQuota: z.boolean().optional(),
});
const imageSchema = z.object({
  Id: z.string().min(1),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
});

/** The command that makes the image. */
const make = 'make it with `npm run sandbox:image`';

/** The engine and the image, once a container of it has run as a sandbox would; or why that is not to be had. */
export async function findDocker(machine: Machine): Promise<Docker | None> {
  const { docker: settings, root, dataDir } = machine;
  if (platform !== 'linux') return { reason: 'the sandbox docker needs Linux' };
  const engine = await findEngine(settings);
  if ('reason' in engine) return engine;
  const image = await findImage(settings, root);
  if ('reason' in image) return image;
  const docker = { env: settings.env, ...engine, ...image };
  const fault = await tryContainer(docker, dataDir);
  return fault === undefined
    ? docker
    : { reason: `a container does not work as a sandbox: ${fault}` };
}

async function findEngine(settings: DockerSettings): Promise<Pick<Docker, 'dataRoot'> | None> {
  const answer = await askDocker(settings, ['info', '--format', '{{json .}}']);
  if (answer.fault !== undefined) {
    return answer.missing
      ? { reason: 'Docker is not installed: install its engine (Debian: docker.io)' }
      : {
          reason: `Docker does not answer (${answer.fault}): start its engine, and let this user ask it (group docker, whose members may do what root may)`,
        };
  }
  const engine = read(engineSchema, answer.said);
  if (engine?.OSType !== 'linux') return { reason: 'Docker answers as no engine for Linux does' };
  if (!(engine.MemoryLimit && engine.PidsLimit && engine.CPUCfsQuota !== false)) {
    return {
      reason:
        "Docker can't limit memory, processes or processors: give it the control groups memory, pids and cpu",
    };
  }
  try {
    statfsSync(engine.DockerRootDir);
  } catch {
    return {
      reason: `the engine's disk is not this machine's: there is no ${engine.DockerRootDir}`,
    };
  }
  return { dataRoot: engine.DockerRootDir };
}

async function findImage(
  settings: DockerSettings,
  root: string,
): Promise<Pick<Docker, 'image'> | None> {
  const asked = ['image', 'inspect', '--format', '{{json .}}', settings.image];
  const answer = await askDocker(settings, asked);
  if (answer.fault !== undefined)
    return { reason: `Docker has no image ${settings.image}: ${make}` };
  const image = read(imageSchema, answer.said);
  if (image === undefined)
    return { reason: `what Docker says of ${settings.image} is not understood` };
  if (image.Config.Labels?.[harnessLabel] !== harnessDigest(root)) {
    return { reason: `the image ${settings.image} holds another version's harness: ${make}` };
  }
  return { image: image.Id };
}

function read<T>(schema: z.ZodType<T>, json: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
