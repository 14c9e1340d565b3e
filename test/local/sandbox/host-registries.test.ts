import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { hostRegistries } from '../../../lib/local/sandbox/host-registries.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A machine on which these programs are installed, each with what it answers. */
function machine(answers: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'entropy-host-'));
  folders.push(folder);
  for (const [name, answer] of Object.entries(answers)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
  }
  return { PATH: folder, HOME: folder };
}

test('hosts are those that npm, pip and go are set to', async () => {
  const host = machine({
    npm: 'echo https://npm.invalid/a/',
    pip: 'echo https://pip.invalid/simple',
    go: "echo 'https://go.invalid,https://more.invalid|direct'",
  });
  expect(await hostRegistries(host)).toEqual([
    ...['npm.invalid', 'pip.invalid', 'go.invalid', 'more.invalid'],
  ]);
});

test('hosts are those that gem, composer and dotnet are set to, and what cargo’s and Maven’s settings name', async () => {
  const host = machine({
    gem: 'echo "*** CURRENT SOURCES ***"; echo; echo https://gem.invalid/',
    composer: `echo '{"x":{"type":"composer","url":"https://composer.invalid"}}'`,
    dotnet: "echo '  1.  nuget [Enabled]'; echo '      https://nuget.invalid/v3/index.json'",
    sh: 'exec /bin/sh "$@"',
  });
  mkdirSync(join(host.HOME, '.cargo'));
  mkdirSync(join(host.HOME, '.m2'));
  const cargo = '[source.mirror]\nregistry = "sparse+https://cargo.invalid/index/"\n';
  writeFileSync(join(host.HOME, '.cargo/config.toml'), cargo);
  writeFileSync(join(host.HOME, '.m2/settings.xml'), '<url>https://maven.invalid/m2</url>\n');
  const found = await hostRegistries({ ...host, PATH: `${host.PATH}:/usr/bin:/bin` });
  for (const name of ['gem', 'composer', 'nuget', 'cargo', 'maven']) {
    expect(found).toContain(`${name}.invalid`);
  }
});

test('where pip is set to nothing, its own default stands', async () => {
  const host = machine({
    pip: 'exit 1',
    python3: "echo 'https://index.invalid/simple https://files.invalid'",
  });
  expect(await hostRegistries(host)).toEqual(['index.invalid', 'files.invalid']);
});

test('an address in a private network is reachable; this machine and what is on its link are not added', async () => {
  expect(await hostRegistries(machine({ npm: 'echo https://10.1.2.3/npm' }))).toEqual(['10.1.2.3']);
  const own = await hostRegistries(machine({ npm: 'echo https://localhost/' }));
  expect(own).toEqual(['localhost']);
});

test('what is not installed, fails, or is no https is left out', async () => {
  expect(await hostRegistries(machine({}))).toEqual([]);
  const host = machine({ npm: 'echo http://plain.invalid', go: 'exit 1', pip: 'echo undefined' });
  expect(await hostRegistries(host)).toEqual([]);
});
