import { describe, expect, test } from '@jest/globals';
import { imageByName } from '../../lib/cdk/sandbox-image.ts';
import { synthesized } from './synthesized.ts';

const digest = `sha256:${'0'.repeat(64)}`;

describe('an image by name', () => {
  test.each([
    'entropy',
    'registry.example.org/entropy:latest',
    'registry.example.org/entropy@sha256:00',
    `registry.example.org/entropy@${digest}:latest`,
  ])('%s is not pinned', (uri) => {
    expect(() => imageByName(uri, { local: false })).toThrow(/not pinned/);
  });

  test('an emulator runs what its Docker has', () => {
    expect(imageByName('entropy:dev', { local: true })).toEqual({ uri: 'entropy:dev' });
  });

  test('from a public registry it needs no rights, and its host can be looked up', () => {
    const image = imageByName(`registry.example.org/entropy@${digest}`, { local: false });
    const { of } = synthesized({ image: () => image });
    expect(JSON.stringify(of('AWS::IAM::Policy'))).not.toContain('ecr:');
    const hosts = of('AWS::Route53Resolver::FirewallDomainList')[0]?.[1].Properties.Domains;
    expect(hosts).toContain('registry.example.org');
    expect(JSON.stringify(hosts)).not.toContain('dkr.ecr');
  });
});
