import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Fetched packages outlive a run of the tests. */
const cache = join(tmpdir(), 'entropy-real-packages');

/** A sample of our own: each file's text by its path. */
export const sample = (files: Readonly<Record<string, string>>) => (dir: string) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
};

/** An npm package, by name and exact version. */
export function npmPackage(name: string, version: string): (dir: string) => void {
  return archive(`${name.replace('/', '-')}-${version}.tgz`, (to) => {
    const said = run('npm', ['pack', '--json', '--pack-destination', to, `${name}@${version}`]);
    return JSON.parse(said)[0].filename;
  });
}

/** A source distribution of a Python package. */
export function sdist(name: string, version: string): (dir: string) => void {
  return archive(`${name}-${version}.tar.gz`, (to) => {
    const options = ['--no-binary', ':all:', '--no-deps', '--quiet', '--dest', to];
    run('python3', ['-m', 'pip', 'download', ...options, `${name}==${version}`]);
    return `${name}-${version}.tar.gz`;
  });
}

function archive(name: string, fetch: (to: string) => string): (dir: string) => void {
  return (dir) => {
    const kept = join(cache, name);
    if (!existsSync(kept)) {
      const to = join(cache, `part-${crypto.randomUUID()}`);
      mkdirSync(to, { recursive: true });
      renameSync(join(to, fetch(to)), kept);
    }
    run('tar', ['xzf', kept, '--strip-components=1', '-C', dir]);
  };
}

/** A Java library whose sources and tests are archives of their own beside its pom.xml. */
export function mavenSources(group: string, name: string, version: string): (dir: string) => void {
  return (dir) => {
    const kept = join(cache, `${name}-${version}-maven`);
    if (!existsSync(kept)) {
      const to = join(cache, `part-${crypto.randomUUID()}`);
      const parts = [['pom'], ['jar', 'sources'], ['jar', 'test-sources']];
      for (const part of parts) {
        const artifact = [group, name, version, ...part].join(':');
        const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
        run('mvn', ['-B', '-q', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${to}`]);
      }
      renameSync(to, kept);
    }
    cpSync(join(kept, `${name}-${version}.pom`), join(dir, 'pom.xml'));
    for (const [archive, folder] of [
      ['sources', 'main'],
      ['test-sources', 'test'],
    ]) {
      const to = join(dir, `src/${folder}/java`);
      mkdirSync(to, { recursive: true });
      const jar = join(kept, `${name}-${version}-${archive}.jar`);
      run('unzip', ['-q', jar, '-x', 'META-INF/*', '-d', to]);
    }
  };
}

/** A crate, as cargo unpacks it. */
export function crate(name: string, version: string): (dir: string) => void {
  return (dir) => {
    const from = join(cache, 'crates', `${name}-${version}`);
    mkdirSync(join(from, 'src'), { recursive: true });
    writeFileSync(join(from, 'src/lib.rs'), '');
    const wants = `[dependencies]\n${name} = "=${version}"\n`;
    writeFileSync(
      join(from, 'Cargo.toml'),
      `[package]\nname = "wants"\nversion = "0.0.0"\n${wants}`,
    );
    run('cargo', ['fetch', '--quiet', '--manifest-path', join(from, 'Cargo.toml')]);
    const said = run('cargo', [
      ...['metadata', '--offline', '--format-version', '1'],
      ...['--manifest-path', join(from, 'Cargo.toml')],
    ]);
    const packages: { name: string; manifest_path: string }[] = JSON.parse(said).packages;
    const found = packages.find((one) => one.name === name);
    cpSync(dirname(found?.manifest_path ?? ''), dir, { recursive: true });
    run('chmod', ['-R', 'u+w', dir]);
  };
}

/** A Go module, from the module cache, where all files are read-only. */
export function goModule(path: string, version: string): (dir: string) => void {
  return (dir) => {
    const said = run('go', ['mod', 'download', '-json', `${path}@${version}`]);
    cpSync(JSON.parse(said).Dir, dir, { recursive: true });
    run('chmod', ['-R', 'u+w', dir]);
  };
}

/** A package's upstream source, as Debian keeps it. */
export function debianSource(name: string): (dir: string) => void {
  return (dir) => {
    const kept = join(cache, 'debian', name);
    if (!existsSync(kept)) {
      const to = join(cache, `part-${crypto.randomUUID()}`);
      mkdirSync(to, { recursive: true });
      run(
        'apt-get',
        [...debianOptions(), '-qq', 'source', '--download-only', '--tar-only', name],
        to,
      );
      mkdirSync(dirname(kept), { recursive: true });
      renameSync(to, kept);
    }
    const [archive = ''] = readdirSync(kept);
    run('tar', ['xf', join(kept, archive), '--strip-components=1', '-C', dir]);
  };
}

/** apt with a list of sources beside the machine's own settings, fetched once. */
function debianOptions(): string[] {
  const apt = join(cache, 'apt');
  const options = {
    'APT::Sandbox::User': 'root',
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(apt, 'parts'),
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
  };
  const words = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  if (existsSync(join(apt, 'done'))) return words;
  for (const folder of ['parts', 'lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(apt, folder), { recursive: true });
  }
  const own = readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8');
  const sources = own.replace(/^Types: .*$/gm, 'Types: deb-src');
  writeFileSync(join(apt, 'parts/debian.sources'), sources);
  run('apt-get', [...words, '-qq', 'update']);
  writeFileSync(join(apt, 'done'), '');
  return words;
}

function run(program: string, args: string[], cwd = tmpdir()): string {
  return execFileSync(program, args, { encoding: 'utf8', cwd, stdio: 'pipe' });
}
