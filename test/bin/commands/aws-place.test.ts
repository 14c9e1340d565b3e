import { afterAll, expect, test } from '@jest/globals';
import { refused, startStacks } from '../../aws/stack-wire.ts';
import { refusal } from '../../aws/wire.ts';
import { desk } from '../command-line.ts';

const at = desk();
afterAll(() => at.remove());

/** An account in which nothing is deployed. */
async function emptyAccount() {
  const { client, calls } = await startStacks(({ body }) =>
    body.StackName === undefined
      ? refusal(400, 'ParameterNotFound', `no parameter ${body.Name}`)
      : refused(400, 'ValidationError', `Stack with id ${body.StackName} does not exist`),
  );
  const endpoint = await client.config.endpoint?.();
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${endpoint?.port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  return { calls, env };
}

test.each([
  [['--aws', '--region', 'eu-west-1', 'status'], {}, 'entropy'],
  [['status', '--aws', '--deployment', 'two', '--region', 'eu-west-1'], {}, 'two'],
  [['logs', 'r-1'], { ENTROPY_PLACE: 'aws', ENTROPY_DEPLOYMENT: 'three' }, 'three'],
  [['init'], { ENTROPY_DEPLOYMENT: 'four' }, 'four'],
])('%j looks for the deployment that is named', async (args, named, deployment) => {
  const { calls, env } = await emptyAccount();
  const ended = await at.entropy(args, { ...env, AWS_REGION: 'eu-west-1', ...named });
  expect(ended).toMatchObject({ code: 2, out: '' });
  expect(ended.err).toBe(
    `entropy: NotFound: there is no stack Entropy-${deployment} in eu-west-1: "entropy deploy" makes it\n`,
  );
  const asked = calls.map(({ body }) => body.StackName ?? body.Name);
  expect(asked).toHaveLength(1);
  expect([`Entropy-${deployment}`, `/entropy/${deployment}/outputs`]).toContain(asked[0]);
});

test.each([
  [['gc', '--aws'], {}, /on this machine alone/],
  [['run', 'octo/calc#7'], { ENTROPY_PLACE: 'aws' }, /on this machine alone/],
  [['status'], { ENTROPY_PLACE: 'moon' }, /ENTROPY_PLACE: /],
  [
    ['--aws', '--deployment', 'Not a name', 'status'],
    {},
    /ENTROPY_DEPLOYMENT: must be a deployment/,
  ],
])('%j is wrong use, and asks no account', async (args, named, said) => {
  const { calls, env } = await emptyAccount();
  const ended = await at.entropy(args, { ...env, AWS_REGION: 'eu-west-1', ...named });
  expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(said) });
  expect(calls).toEqual([]);
});
