import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeShape, EnvError, flag, integer, oneOf, optional, readEnv, text } from '../src/index.ts';

const shape = {
  HOST: text(),
  PORT: integer({ min: 1, max: 65_535 }),
  LOG_LEVEL: optional(oneOf('debug', 'info', 'error'), 'info'),
  TRACE: optional(flag()),
};

describe('readEnv', () => {
  it('gives typed values', () => {
    const env = readEnv(shape, 'HOST=::1\nPORT=8080\nTRACE=yes');
    assert.deepEqual(env, { HOST: '::1', PORT: 8080, LOG_LEVEL: 'info', TRACE: true });
  });

  it('takes values that are there already', () => {
    const env = readEnv(shape, { HOST: 'a', PORT: '1', LOG_LEVEL: 'error' });
    assert.deepEqual(env, { HOST: 'a', PORT: 1, LOG_LEVEL: 'error', TRACE: undefined });
  });

  it('names every fault at once, and no value', () => {
    const read = () => readEnv(shape, 'PORT=70000\nLOG_LEVEL=s3cret');
    assert.throws(read, (error: Error) => {
      assert.ok(error instanceof EnvError);
      assert.equal(
        error.message,
        'HOST is missing: text\nPORT is not an integer from 1 to 65535\nLOG_LEVEL is not debug | info | error',
      );
      return true;
    });
  });
});

describe('describeShape', () => {
  it('lists what each variable takes', () => {
    assert.equal(
      describeShape({ PORT: shape.PORT, TRACE: shape.TRACE }),
      'PORT   an integer from 1 to 65535\nTRACE  yes or no                   may be left out',
    );
  });
});
