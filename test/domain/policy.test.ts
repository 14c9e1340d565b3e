import { describe, expect, test } from '@jest/globals';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { defaultPolicy, parsePolicy } from '../../lib/domain/policy.ts';

const faultOf = (text: string) => {
  try {
    parsePolicy(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigInvalid);
    return (error as Error).message;
  }
  throw new Error('accepted');
};

describe('parsePolicy', () => {
  test('a version alone gives the defaults', () => {
    expect(parsePolicy('version: 1\n')).toEqual(defaultPolicy);
    expect(defaultPolicy).toMatchObject({ merge: 'hand-over', limits: { rounds: 3 } });
  });

  test('takes what is named', () => {
    const policy = parsePolicy(
      'version: 1\nchecks:\n  test: make check\nmerge: merge-when-approved\n',
    );
    expect(policy.checks.test).toBe('make check');
    expect(policy.merge).toBe('merge-when-approved');
  });

  test('names line and key of a fault', () => {
    expect(faultOf('version: 1\nmerge: sometimes\n')).toMatch(/^\.entropy\.yml:2: merge: /);
    expect(faultOf('version: 1\nlimits:\n  rounds: 99\n')).toMatch(
      /^\.entropy\.yml:3: limits\.rounds: /,
    );
    expect(faultOf('version: 1\nmodel: big\n')).toMatch(/model/);
    expect(faultOf('merge: hand-over\n')).toMatch(/version/);
    expect(faultOf('version: 1\nbad: [\n')).toMatch(/\.entropy\.yml: .*line \d/s);
    expect(faultOf('')).toMatch(/\.entropy\.yml:1/);
  });

  test('is not blown up by aliases', () => {
    const bomb = `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\ne: &e [*d,*d]\nf: [*e,*e]\nversion: 1\n`;
    expect(faultOf(bomb)).toMatch(/entropy\.yml/);
  });
});
