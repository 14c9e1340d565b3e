import { readCaptured } from './captured.ts';
import type { Ecosystem, Found, RawResult, Reported, TreeView } from './ecosystem.ts';
import { baseName } from './paths.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** .NET; results from the TRX reports of `dotnet test`. */
export const dotnet: Ecosystem = {
  name: 'dotnet',
  looksFor: 'a solution (*.sln) or a project of tests (*Tests.csproj)',
  tools: ['dotnet'],
  detect,
  isTest: (path) =>
    /(^|\/)[^/]*\.?(Unit|Integration)?Tests?\//.test(path) ||
    /Tests?\.(cs|fs|vb)$/.test(baseName(path)),
  isDefinition: (path) =>
    /\.(sln|slnx|csproj|fsproj|vbproj|props|targets|runsettings)$|^(global\.json|nuget\.config|packages\.lock\.json)$/i.test(
      baseName(path),
    ),
  reporters: ['capture.mjs', 'signed.mjs'],
  programs: { dotnet: 'dotnet.sh' },
  env: () => ({
    DOTNET_CLI_TELEMETRY_OPTOUT: '1',
    DOTNET_NOLOGO: '1',
    MSBUILDDISABLENODEREUSE: '1',
  }),
  read: readTrx,
  sharing: {
    lists: (path) =>
      /proj$|\.(sln|slnx|props|targets)$|^(nuget\.config|packages\.lock\.json)$/i.test(path),
    keeps: /(^|\/)obj\/$/,
    fillsCache: true,
  },
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  const solution = tree.files.some((path) => /^[^/]+\.slnx?$/.test(path));
  const project = tree.files.find((path) => /Tests?\.(cs|fs|vb)proj$/.test(path));
  if (!solution && project === undefined) return undefined;
  const what = solution ? '' : ` '${project}'`;
  return { setup: [`dotnet restore${what}`], test: `dotnet test --no-restore${what}` };
}

async function readTrx({ channel }: Reported): Promise<RawResult[] | null> {
  const runs = await readCaptured(channel.dir, 'dotnet');
  const results = runs.flatMap(({ reports }) =>
    Array.isArray(reports) ? reports.flatMap((text) => parseTrx(String(text)) ?? []) : [],
  );
  return results.length === 0 ? null : results;
}

/** Reads one TRX report, as Visual Studio's test platform writes it. Null where it is none. */
export function parseTrx(text: string): RawResult[] | null {
  const root = parseXml(text.replace(/^\uFEFF/, ''));
  if (root?.name !== 'TestRun') return null;
  const classes = new Map(
    within(root, ['TestDefinitions', 'UnitTest']).map((test) => [
      test.attributes.id ?? '',
      within(test, ['TestMethod'])[0]?.attributes.className?.split(',')[0] ?? '',
    ]),
  );
  return within(root, ['Results', 'UnitTestResult']).map(({ attributes, ...rest }): RawResult => {
    const file = classes.get(attributes.testId ?? '') ?? '';
    const full = attributes.testName ?? '';
    const name = full.startsWith(`${file}.`) ? full.slice(file.length + 1) : full;
    const said = within({ attributes, ...rest }, ['Output', 'ErrorInfo'])[0]?.children ?? [];
    const message = said.map((part) => part.text).join('\n');
    const status = statusOf(attributes.outcome ?? '');
    return { file, names: [name], status, ...(status === 'failed' ? { message } : {}) };
  });
}

function statusOf(outcome: string): RawResult['status'] {
  if (/^Passed/.test(outcome)) return 'passed';
  return /^(NotExecuted|NotRunnable|Inconclusive|Pending|Disconnected)$/.test(outcome)
    ? 'skipped'
    : 'failed';
}

const within = (element: XmlElement, path: readonly string[]): XmlElement[] =>
  path.reduce<XmlElement[]>(
    (found, name) => found.flatMap((one) => one.children.filter((child) => child.name === name)),
    [element],
  );
