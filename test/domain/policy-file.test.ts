import { describe, expect, test } from '@jest/globals';
import { ConfigInvalid } from '../../lib/domain/errors.ts';
import { defaultPolicy } from '../../lib/domain/policy.ts';
import { parsePolicy } from '../../lib/domain/policy-file.ts';

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
    expect(faultOf('version: 1\nroles:\n  coder: { model: "m\\nSigned-off-by: me" }\n')).toMatch(
      /roles\.coder\.model: must be/,
    );
    expect(faultOf('merge: hand-over\n')).toMatch(/version/);
    expect(faultOf('version: 1\nbad: [\n')).toMatch(/^\.entropy\.yml:\d: not YAML: /);
    expect(faultOf('')).toMatch(/\.entropy\.yml:1/);
    expect(faultOf('version: 1\nprotect:\n  - a\n  - 3\n')).toMatch(/:4: protect\.1: /);
    expect(faultOf('version: 2\n')).toBe(
      '.entropy.yml:1: version: must be 1, the version that this program knows',
    );
  });

  test('tells all faults at once, in the order of the lines', () => {
    const told = faultOf(
      'version: 1\nmodel: big\nroles:\n  coder:\n    modle: x\nbudget: {usd: -1}\nmerge: handover\n',
    ).split('\n');
    expect(told.map((line) => line.split(':')[1])).toEqual(['2', '5', '6', '7']);
  });

  test('names the nearest known key or value', () => {
    expect(faultOf('version: 1\nrolse: {}\n')).toMatch(/:2: rolse: .*did you mean roles\?/);
    expect(faultOf('version: 1\nchecks: { tset: x }\n')).toMatch(/did you mean checks\.test\?/);
    expect(faultOf('version: 1\nmerge: handover\n')).toMatch(/did you mean hand-over\?/);
    expect(faultOf('version: 1\nsetup: make\n')).toMatch(/did you mean checks\.setup\?/);
    expect(faultOf('version: 1\nfrobnicate: 1\n')).toMatch(/known here: version, enabled, /);
    expect(faultOf('version: 1\nlimits: { __proto__: 1 }\n')).toMatch(/unknown key/);
  });

  test('is not blown up by aliases', () => {
    const bomb = `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\ne: &e [*d,*d]\nf: [*e,*e]\nversion: 1\n`;
    expect(faultOf(bomb)).toMatch(/entropy\.yml/);
  });

  test('reads no file that is far too large', () => {
    expect(faultOf(`version: 1\n${'#'.repeat(300_000)}`)).toMatch(/larger than 256 KiB/);
  });

  test('takes every key there is', () => {
    const policy = parsePolicy(`version: 1
enabled: false
trigger: { label: bot, assignee: helper, comment: false }
roles:
  issue-reader: { model: small, turns: 10 }
  coder: { model: big, strategy: rewrite, instructions: Use tabs. }
  reviewer: { instructions: Look at locks. }
budget: { usd: 2.5, tokens: 100000, calls: 20 }
daily: { runs: 10, usd: 20 }
pullRequests: { open: 2 }
checks: { setup: [npm ci, npm run build], test: npm test }
evidence: { exempt: [docs/**], exemptLabels: [documentation] }
merge: merge-when-approved
commits: { signOff: always, convention: conventional }
registries: [registry.example.org]
protect: [db/**]
limits: { rounds: 2, files: 10, bytes: 1000 }
`);
    expect(policy).toMatchObject({
      enabled: false,
      roles: { coder: { strategy: 'rewrite' }, reviewer: { instructions: 'Look at locks.' } },
      daily: { runs: 10, usd: 20 },
      evidence: { exemptLabels: ['documentation'] },
    });
  });
});
