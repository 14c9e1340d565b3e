import { join } from 'node:path';
import { Aws, Stack } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ConfigInvalid } from '../domain/errors.ts';

/** Processor that the image is for. */
export type CpuArchitecture = 'ARM64' | 'X86_64';

/** The image that sandboxes run. */
export interface SandboxImage {
  /** As ECS takes it. */
  readonly uri: string;
  /** Repository in this account's ECR that it is pulled from; undefined for a public registry. */
  readonly repositoryArn?: string;
}

/**
 * An image that was pushed before, by its digest: what runs is then known for good. `local` takes any name:
 * an emulator runs what its Docker has. Throws `ConfigInvalid`.
 */
export function imageByName(uri: string, { local }: { readonly local: boolean }): SandboxImage {
  if (!local && !/@sha256:[0-9a-f]{64}$/.test(uri)) {
    throw new ConfigInvalid(`image: ${uri} is not pinned: give it as NAME@sha256:DIGEST`);
  }
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^@:]+)/.exec(uri);
  if (found === null) return { uri };
  const [, account, region, repository] = found;
  return {
    uri,
    repositoryArn: `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${repository}`,
  };
}

/**
 * The project's own image, built where the stack is deployed from; `cdk.json` has the harness bundled before.
 * Its tag is a digest of all that goes into it, in a repository whose tags can't be moved.
 */
export function builtImage(
  scope: Construct,
  { root, architecture }: { readonly root: string; readonly architecture: CpuArchitecture },
): SandboxImage {
  const asset = new DockerImageAsset(scope, 'Image', {
    directory: join(root, 'task-image'),
    platform: architecture === 'ARM64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
  });
  return { uri: asset.imageUri, repositoryArn: asset.repository.repositoryArn };
}

/** Lets a role pull the image. Does nothing for a public registry. */
export function grantPull(role: IRole, { repositoryArn }: SandboxImage): void {
  if (repositoryArn === undefined) return;
  const pull = ['BatchGetImage', 'GetDownloadUrlForLayer', 'BatchCheckLayerAvailability'];
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: pull.map((name) => `ecr:${name}`), resources: [repositoryArn] }),
  );
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
  );
}

/** Hosts that pulling the image and writing logs need, whatever runs in it. */
export function hostsOfPlatform(scope: Construct, { repositoryArn, uri }: SandboxImage): string[] {
  const { region, account } = Stack.of(scope);
  const logs = `logs.${region}.amazonaws.com`;
  if (repositoryArn === undefined) return [logs, uri.split('/')[0] ?? uri];
  return [
    logs,
    `api.ecr.${region}.amazonaws.com`,
    `${account}.dkr.ecr.${region}.amazonaws.com`,
    // Layers: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway
    `prod-${region}-starport-layer-bucket.s3.${region}.amazonaws.com`,
  ];
}
