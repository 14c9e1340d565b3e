import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import { registryList } from '../../services/gateway/registry-list.ts';

type Host = { readonly PATH: string; readonly HOME: string };
type Question = readonly [string, ...string[]];

/** pip has a default index that its configuration does not tell; its code does, with where files are kept. */
const pipDefault =
  'from pip._internal.models.index import PyPI; print(PyPI.simple_url, "https://" + PyPI.file_storage_domain)';

/**
 * Commands by which package managers tell where they fetch from; the next one is asked where the one before
 * said nothing. What is not installed is left out.
 */
/** What a program is shipped with: the address of cargo's index, and that of Maven's repository, are in no settings. */
const cargoDefault =
  'grep -aohE "https://index[.][a-z.]+/" "$(rustup which cargo || command -v cargo)" | sort -u';
const mavenDefault =
  'unzip -p "$(dirname "$(readlink -f "$(command -v mvn)")")"/../lib/maven-model-builder-*.jar org/apache/maven/model/pom-4.0.0.xml | grep "<url>"';
/** Settings of a user's own stand beside what a program is shipped with. */
const inFile = (path: string, line: string) => `grep -hE '${line}' "$HOME"/${path}`;

const managers: readonly (readonly Question[])[] = [
  [['npm', 'config', 'get', 'registry']],
  [
    ['pip', 'config', 'get', 'global.index-url'],
    ['python3', '-c', pipDefault],
  ],
  [['go', 'env', 'GOPROXY']],
  [['sh', '-c', cargoDefault]],
  [['sh', '-c', inFile('.cargo/config*', '^ *(registry|index) *=')]],
  [['sh', '-c', mavenDefault]],
  [['sh', '-c', inFile('.m2/settings.xml', '<url>')]],
  [['gem', 'sources']],
  [['composer', 'config', '--global', 'repositories']],
  [['dotnet', 'nuget', 'list', 'source']],
];
const timeoutMs = 10_000;

/** This machine and what is on its own link (cloud metadata, say) are never a registry. */
const neverReached = new BlockList();
neverReached.addSubnet('127.0.0.0', 8);
neverReached.addSubnet('169.254.0.0', 16);
neverReached.addSubnet('0.0.0.0', 8);
neverReached.addSubnet('::', 127, 'ipv6');
neverReached.addSubnet('fe80::', 10, 'ipv6');

/**
 * Hosts that this machine's own package managers are set to fetch from: what set-up may reach from a
 * closed sandbox, beside what the repository's policy lists. A host in a private network stands there with
 * its addresses, since it is the operator's own.
 */
export async function hostRegistries(host: Host): Promise<readonly string[]> {
  const answers = await Promise.all(managers.map((questions) => firstHosts(questions, host)));
  const hosts = [...new Set(answers.flat())];
  const inner = await Promise.all(hosts.map(privateAddresses));
  return [...new Set([...hosts, ...inner.flat()])];
}

async function firstHosts(questions: readonly Question[], host: Host): Promise<string[]> {
  for (const question of questions) {
    const hosts = (await ask(question, host)).split(/[\s,|"'<>]+/).flatMap(hostOf);
    if (hosts.length > 0) return hosts;
  }
  return [];
}

function hostOf(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { protocol, hostname } = new URL(text.replace(/^sparse\+/, ''));
  if (protocol !== 'https:') return [];
  // cargo's index names the place of the packages only as it is asked, and it is this one by default.
  const files = /^index\.[a-z]+\.io$/.test(hostname) ? [hostname.replace('index', 'static')] : [];
  return [hostname, ...files];
}

async function privateAddresses(name: string): Promise<string[]> {
  const { leadsTo: isPublic } = registryList([]);
  const found = await lookup(name, { all: true }).catch(() => []);
  return found
    .map(({ address }) => address)
    .filter((address) => !isPublic(address))
    .filter((address) => !neverReached.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
}

function ask([command, ...args]: Question, { PATH, HOME }: Host) {
  return new Promise<string>((resolve) => {
    const options = { env: { PATH, HOME }, timeout: timeoutMs };
    execFile(command, args, options, (error, stdout) => resolve(error ? '' : stdout));
  });
}
