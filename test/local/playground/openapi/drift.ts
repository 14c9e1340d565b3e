import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes } from '../../../../lib/local/playground/router.ts';
import { type Facts, type OpenApi, restFacts, webhookFacts } from './extract-facts.ts';
import { formOfRoute } from './route-forms.ts';
import { webhookNames } from './webhook-names.ts';

// Compares the facts that tests hold the playground against with GitHub's own descriptions of today, which
// are too large to be a dependency: `npm run drift`. With `--write` it takes them over. Exit 1 on a difference.

const scratch = mkdtempSync(join(tmpdir(), 'openapi-'));
const described = 'generated/api.github.com.json';

/** The description inside an npm package, and the package's name with its version. */
function fetched(name: string): { source: string; api: OpenApi } {
  const npm = ['pack', name, '--json', '--ignore-scripts', '--pack-destination', scratch];
  const told = execFileSync('npm', npm, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = Object.values(JSON.parse(told)) as { filename: string; id: string }[];
  const file = (packed?.filename ?? '').replace('@', '').replace('/', '-');
  const path = `package/${described}`;
  execFileSync('tar', ['-xzf', join(scratch, file), '-C', scratch, path]);
  const api: OpenApi = JSON.parse(readFileSync(join(scratch, path), 'utf8'));
  return { source: packed?.id ?? name, api };
}

/** One entry or schema a line, so that a difference is a few lines. */
function textOf({ source, entries, $defs }: Facts<unknown>): string {
  const lines = (members: object) =>
    Object.entries(members).map(
      ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
    );
  return `{"source":${JSON.stringify(source)},
"entries":{
${lines(entries).join(',\n')}
},
"$defs":{
${lines($defs).join(',\n')}
}}
`;
}

/** Lines that are there in one and not in the other, shortened; the source's version is no difference. */
function differences(before: string, after: string): string[] {
  const linesOf = (text: string) => text.split('\n').map((line) => line.replace(/,$/, ''));
  const [was, is] = [linesOf(before).slice(1), linesOf(after).slice(1)];
  const gone = was.filter((line) => !is.includes(line)).map((line) => `- ${line}`);
  const come = is.filter((line) => !was.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}

function compare(name: string, facts: Facts<unknown>): boolean {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const text = textOf(facts);
  if (process.argv.includes('--write')) {
    writeFileSync(path, text);
    console.log(`${name}: ${text.length} bytes from ${facts.source}`);
    return true;
  }
  const found = differences(readFileSync(path, 'utf8'), text);
  console.log(`${name}: ${found.length} lines differ from ${facts.source}`);
  for (const line of found) console.log(`  ${line.slice(0, 2000)}`);
  return found.length === 0;
}

try {
  const forms = [...new Set(routes.map(formOfRoute))].sort();
  const rest = fetched('@octokit/openapi');
  const webhooks = fetched('@octokit/openapi-webhooks');
  const same = [
    compare('rest.json', restFacts(rest.source, rest.api, forms)),
    compare('webhooks.json', webhookFacts(webhooks.source, webhooks.api, webhookNames)),
  ];
  process.exitCode = same.every(Boolean) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
