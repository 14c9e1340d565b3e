import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

type Environment = Readonly<Record<string, string>>;

/**
 * Does some work with what Maven and Gradle need to go through the proxy that an environment names: they read it
 * from files of theirs alone, and would print what they are given otherwise. The files are gone afterwards; settings
 * that are there already stay as they are.
 */
export async function withJvmProxy<T>(
  env: Environment,
  extra: Environment,
  work: () => Promise<T>,
): Promise<T> {
  const { HOME } = env;
  if (HOME === undefined || extra.HTTPS_PROXY === undefined) return work();
  const proxy = new URL(extra.HTTPS_PROXY);
  const gradle = env.GRADLE_USER_HOME ?? join(HOME, '.gradle');
  const files = {
    [join(HOME, '.m2/settings.xml')]: mavenSettings(proxy),
    [join(gradle, 'gradle.properties')]: gradleProperties(proxy),
  };
  const written: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    if (await writeNew(path, text)) written.push(path);
  }
  try {
    return await work();
  } finally {
    for (const path of written) await rm(path, { force: true });
  }
}

async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

/** Both parts of the credential are plain words (base64url), so nothing in them needs escaping. */
function mavenSettings({ hostname, port, username, password }: URL): string {
  const to = `<host>${hostname}</host><port>${port}</port>`;
  const as = `<username>${username}</username><password>${password}</password>`;
  const proxies = ['http', 'https'].map(
    (scheme) =>
      `<proxy><id>${scheme}</id><active>true</active><protocol>${scheme}</protocol>${to}${as}</proxy>`,
  );
  return `<settings><proxies>${proxies.join('')}</proxies></settings>\n`;
}

function gradleProperties({ hostname, port, username, password }: URL): string {
  const facts = { Host: hostname, Port: port, User: username, Password: password };
  const lines = Object.entries(facts).flatMap(([name, value]) =>
    ['http', 'https'].map((scheme) => `systemProp.${scheme}.proxy${name}=${value}`),
  );
  return [...lines, 'systemProp.jdk.http.auth.tunneling.disabledSchemes=', ''].join('\n');
}
