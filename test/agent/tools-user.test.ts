import { execFileSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { getuid } from 'node:process';
import { expect, test } from '@jest/globals';
import { makePrivateFolder } from '../../lib/agent/tools-user.ts';
import { folder } from './fixtures/repository.ts';

const source = new URL('../../lib/agent/tools-user.ts', import.meta.url).href;

test("files are touched as the tools' user, or it is said what is missing", () => {
  const shared = folder('shared');
  chmodSync(shared, 0o1777);
  const script = `
    import { statSync, writeFileSync } from 'node:fs';
    const { touchFilesAs } = await import(${JSON.stringify(source)});
    try {
      touchFilesAs(10002);
      writeFileSync('${shared}/made', '');
      console.log(statSync('${shared}/made').uid, process.getuid());
    } catch (error) { console.log(error.name, error.message); }`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  // Only who may change users can show it; the sandbox's image shows it in the end-to-end suite.
  if (getuid?.() === 0) expect(said).toBe('10002 0\n');
  else expect(said).toMatch(/^SandboxUnavailable .*SETUID and SETGID/);
});

test('a private folder is readable to others and not replaceable by them', () => {
  const tmp = folder('tmp');
  expect(() => makePrivateFolder(tmp)).toThrow(/chmod 1777/);
  chmodSync(tmp, 0o1777);
  expect(statSync(makePrivateFolder(tmp)).mode & 0o777).toBe(0o755);
});
