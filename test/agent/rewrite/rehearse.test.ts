import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Rehearse, rehearser } from '../../../lib/agent/rewrite/rehearse.ts';
import { sourcesOf } from '../../../lib/agent/rewrite/sources.ts';
import type { StageWork } from '../../../lib/agent/stage-work.ts';
import type { Workspace } from '../../../lib/agent/workspace.ts';
import { defaultLimits } from '../../../lib/domain/stage.ts';
import type { StageInput } from '../../../lib/domain/stage-input.ts';
import { files, fixed } from '../fixtures/plan.ts';
import { folder, path, workspace } from '../fixtures/repository.ts';

/** Where what the repository's tests plant says which side of the boundary it runs on. */
const trace = join(folder('trace'), 'ran');
const says = (what: string) => `echo "${what} \${BEHIND:-before}" >> ${trace}`;

/** Git's ways to run a program that a folder's configuration names. */
const configuration = (program: string) => `
[core]
  fsmonitor = ${program}
  hooksPath = ${program.replace(/[^/]+$/, '')}
  alternateRefsCommand = ${program}
  pager = ${program}
  sshCommand = ${program}
[filter "evil"]
  clean = ${program}
  smudge = ${program}
  required = false
[diff "evil"]
  textconv = ${program}
[extensions]
  partialClone = evil
[remote "evil"]
  url = ext::${program}
  promisor = true
[uploadpack]
  packObjectsHook = ${program}
[protocol "ext"]
  allow = always
`;

/** A machine on which git itself says on which side of the boundary it is started, and a boundary that says it is one. */
function machine(): { PATH: string; wrapper: readonly string[]; program: string } {
  const bin = folder('bin');
  const real = path
    .split(':')
    .map((at) => join(at, 'git'))
    .find(existsSync);
  const program = join(bin, 'evil');
  write(join(bin, 'git'), `${says('git')}\nexec ${real} "$@"`);
  write(program, `${says('evil')}\ncat`);
  for (const hook of ['post-index-change', 'post-checkout']) write(join(bin, hook), says('evil'));
  const wrapper = ['/usr/bin/env', 'BEHIND=behind'];
  return { PATH: `${bin}:${path}`, wrapper, program };
}

function write(at: string, text: string): void {
  writeFileSync(at, `#!/bin/sh\n${text}\n`);
  chmodSync(at, 0o755);
}

function rehearsing(clone: Workspace, PATH: string, wrapper: readonly string[]): Rehearse {
  const scratch = folder('scratch');
  const work = {
    ...{ scratch, workspace: clone.root, egress: 'open', log: () => undefined },
    grant: { limits: defaultLimits.coder },
    sandbox: { path: PATH, home: folder('home'), tmp: folder('tmp'), lang: 'C.UTF-8', wrapper },
    signal: new AbortController().signal,
  } as unknown as StageWork;
  const input = { checks: { option: { setup: './setup.sh', test: 'node --test' } } } as StageInput;
  return rehearser(work, input, clone);
}

const draft = (text: string) => {
  const content = Buffer.from(text).toString('base64');
  return new Map([['add.js', { path: 'add.js', mode: '100644' as const, content }]]);
};

test('nothing that a test plants in a folder of git runs outside the boundary, in this rehearsal or a later one', async () => {
  const { PATH, wrapper, program } = machine();
  const spoil = join(folder('spoil'), 'spoil.sh');
  const given = await workspace({ ...files, 'setup.sh': `sh ${spoil}\n` });
  const clone = { ...given, path: PATH, wrapper };
  // What runs in a rehearsal may know the harness's copy by its name, and spoils it and its own tree.
  writeFileSync(`${spoil}.config`, configuration(program));
  const lines = [clone.gitDir, '.git'].flatMap((at) => [
    `cat ${spoil}.config >> ${at}/config`,
    `mkdir -p ${at}/info; echo '* filter=evil diff=evil' > ${at}/info/attributes`,
  ]);
  writeFileSync(spoil, lines.join('\n'));
  const rehearse = rehearsing(clone, PATH, wrapper);
  const sources = await sourcesOf(clone, { checks: {} } as StageInput);
  await rehearse(draft(`${fixed}// one\n`));
  expect(readFileSync(join(clone.gitDir, 'config'), 'utf8')).toContain(program);
  const { evidence } = await rehearse(draft(fixed));
  expect(evidence.runs?.change).toMatchObject({
    state: 'completed',
    tests: [{ status: 'passed' }],
  });
  expect(await sources.read('add.js')).toBe(files['add.js']);
  const ran = readFileSync(trace, 'utf8').trim().split('\n');
  expect([...new Set(ran)].sort()).toEqual(['evil behind', 'git behind']);
});
