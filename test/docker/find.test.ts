import { afterAll, describe, expect, test } from '@jest/globals';
import { findDocker } from '../../lib/local/sandbox/docker/find.ts';
import { probeSandbox } from '../../lib/local/sandbox/probe.ts';
import { containers, docker, env, image, imageWith, root } from './docker-rig.ts';

const images: string[] = [];
const made = (...lines: string[]) => {
  const name = imageWith(lines);
  images.push(name);
  return name;
};
afterAll(() => {
  for (const image of images) docker('rmi', '--force', image);
});
const reasonWith = async (image: string, more: Record<string, string> = {}) => {
  const found = await findDocker({ docker: { image, env: { ...env, ...more } }, root });
  return 'reason' in found ? found.reason : '';
};

describe('Docker', () => {
  test('is found with an image that a container was run of, and nothing of that is left', async () => {
    const machine = { docker: { image, env }, root };
    const found = await findDocker(machine);
    expect(found).toMatchObject({ image: expect.stringMatching(/^sha256:/), env });
    expect(containers('none')).toEqual([]);
    expect(await probeSandbox('docker', machine)).toMatchObject({ works: true });
  });

  test('says what is missing: an engine that answers, an image', async () => {
    expect(await reasonWith(image, { DOCKER_HOST: 'unix:///nowhere.sock' })).toMatch(
      /^Docker does not answer \(.*nowhere.*\): start its engine/,
    );
    expect(await reasonWith('entropy-no-such-image')).toMatch(
      /^Docker has no image entropy-no-such-image: make it with `npm run sandbox:image`/,
    );
  });

  test("refuses an image with another version's harness", async () => {
    const other = made('LABEL entropy.harness=of-another-version');
    expect(await reasonWith(other)).toMatch(/holds another version's harness/);
  });

  test('refuses an image in which the boundary does not come about', async () => {
    const shell = made('USER root', 'RUN cp /bin/true /usr/bin/setpriv');
    expect(await reasonWith(shell)).toMatch(/^a container does not work as a sandbox/);
    const node = made('USER root', 'RUN chmod 0777 /opt');
    expect(await reasonWith(node)).toBe('');
  });
});
