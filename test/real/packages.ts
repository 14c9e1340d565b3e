import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fetched packages outlive a run of the tests; the temporary folder is that run's own. */
const cache = fileURLToPath(
  new URL('../../node_modules/.cache/entropy-real-packages/', import.meta.url),
);

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
    const said = download('npm', [
      'pack',
      '--json',
      '--pack-destination',
      to,
      `${name}@${version}`,
    ]);
    return JSON.parse(said)[0].filename;
  });
}

/** A source distribution of a Python package. */
export function sdist(name: string, version: string): (dir: string) => void {
  return archive(`${name}-${version}.tar.gz`, (to) => {
    const options = ['--no-binary', ':all:', '--no-deps', '--quiet', '--dest', to];
    download('python3', ['-m', 'pip', 'download', ...options, `${name}==${version}`]);
    return `${name}-${version}.tar.gz`;
  });
}

function archive(name: string, fetch: (to: string) => string): (dir: string) => void {
  return (dir) => {
    const kept = keep(name, fetch);
    run('tar', ['xzf', kept, '--strip-components=1', '-C', dir]);
  };
}

/** A Java library whose sources and tests are archives of their own beside its pom.xml. */
export function mavenSources(group: string, name: string, version: string): (dir: string) => void {
  return (dir) => {
    const kept = keep(`${name}-${version}-maven`, (to) => {
      const parts = [['pom'], ['jar', 'sources'], ['jar', 'test-sources']];
      for (const part of parts) {
        const artifact = [group, name, version, ...part].join(':');
        const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
        const output = `-DoutputDirectory=${join(to, 'parts')}`;
        download('mvn', ['-B', '-q', goal, `-Dartifact=${artifact}`, output]);
      }
      return 'parts';
    });
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
    const from = mkdtempSync(join(tmpdir(), 'wants-'));
    mkdirSync(join(from, 'src'));
    writeFileSync(join(from, 'src/lib.rs'), '');
    const wants = `[dependencies]\n${name} = "=${version}"\n`;
    writeFileSync(
      join(from, 'Cargo.toml'),
      `[package]\nname = "wants"\nversion = "0.0.0"\n${wants}`,
    );
    download('cargo', ['fetch', '--quiet', '--manifest-path', join(from, 'Cargo.toml')]);
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
    const said = download('go', ['mod', 'download', '-json', `${path}@${version}`]);
    cpSync(JSON.parse(said).Dir, dir, { recursive: true });
    run('chmod', ['-R', 'u+w', dir]);
  };
}

/** A package's upstream source, as Debian keeps it. */
export function debianSource(name: string): (dir: string) => void {
  return (dir) => {
    const kept = keep(`${name}-debian`, (part) => {
      const to = join(part, 'source');
      mkdirSync(to);
      const wanted = ['source', '--download-only', '--tar-only', name];
      download('apt-get', [...debianOptions(), '-qq', ...wanted], to);
      return 'source';
    });
    const [archive = ''] = readdirSync(kept);
    run('tar', ['xf', join(kept, archive), '--strip-components=1', '-C', dir]);
  };
}

/**
 * apt with a list of sources beside the machine's own settings. The list is this process's own: apt locks it while it
 * fetches, and another test process fetches at the same time. A list that was kept would name files that are gone.
 */
function debianOptions(): string[] {
  const apt = join(tmpdir(), `apt-${process.pid}`);
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
  // Without the option apt ends well where a part of the list could not be had.
  download('apt-get', [...words, '-qq', '-o', 'APT::Update::Error-Mode=any', 'update']);
  writeFileSync(join(apt, 'done'), '');
  return words;
}

/**
 * The path of what was fetched under this name, now or before. `fetch` is given an empty folder of its own and says what
 * in it is to be kept: another process may fetch the same at the same time, and whoever is first is kept.
 */
function keep(name: string, fetch: (to: string) => string): string {
  const kept = join(cache, name);
  if (existsSync(kept)) return kept;
  const to = join(cache, `part-${crypto.randomUUID()}`);
  mkdirSync(to, { recursive: true });
  try {
    renameSync(join(to, fetch(to)), kept);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(String((error as NodeJS.ErrnoException).code)))
      throw error;
  } finally {
    rmSync(to, { recursive: true, force: true });
  }
  return kept;
}

/** Runs what asks a registry: three times at most, for registries are at times away. */
function download(program: string, args: string[], cwd?: string): string {
  for (const waitSeconds of [5, 20]) {
    try {
      return run(program, args, cwd);
    } catch {
      run('sleep', [String(waitSeconds)]);
    }
  }
  return run(program, args, cwd);
}

function run(program: string, args: string[], cwd = tmpdir()): string {
  return execFileSync(program, args, { encoding: 'utf8', cwd, stdio: 'pipe' });
}
