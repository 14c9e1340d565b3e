/** What tox's default environment installs and runs. */
export interface ToxEnvironment {
  readonly deps: readonly string[];
  readonly commands: readonly string[];
  /** Whether the project itself is left out, by `[testenv]` or for all environments by `[tox]`. */
  readonly skipInstall: boolean;
}

/**
 * Reads `[testenv]` of a tox.ini as far as it is plain: lines for some environments only (`py27: ...`) are left
 * out. Undefined where there is no command, or one holds what only tox can fill in.
 */
export function readTox(text: string): ToxEnvironment | undefined {
  const settings = settingsOf(text, 'testenv');
  const core = settingsOf(text, 'tox');
  const lines = (name: string) =>
    linesOf(settings, name).filter((line) => !/^!?[\w,{}!-]+:\s/.test(line));
  const commands = lines('commands').map(filledIn);
  if (commands.length === 0 || commands.some((line) => /[{}\\]/.test(line))) return undefined;
  const deps = lines('deps').map(filledIn);
  if (deps.some((line) => /[{}\\;&|`$]/.test(line))) return undefined;
  return {
    deps,
    commands,
    skipInstall:
      isOn(settings, 'skip_install') || isOn(core, 'skipsdist') || isOn(core, 'no_package'),
  };
}

const linesOf = (settings: Map<string, string>, name: string) =>
  (settings.get(name) ?? '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');

/** What tox takes for true. */
const isOn = (settings: Map<string, string>, name: string) =>
  /^(true|1|yes|on)$/i.test(linesOf(settings, name)[0] ?? '');

/** A section's settings, each with all its lines; none where there is no such section. */
function settingsOf(text: string, name: string): Map<string, string> {
  const start = new RegExp(`^\\[${name}\\]\\s*\\n((?:(?!\\[)[^\\n]*\\n?)*)`, 'm');
  return settingsIn(start.exec(text)?.[1] ?? '');
}

function settingsIn(section: string): Map<string, string> {
  const settings = new Map<string, string>();
  let name = '';
  for (const line of section.split('\n')) {
    const [, key, value = ''] = /^([a-z_]+)\s*=(.*)$/.exec(line) ?? [];
    if (key !== undefined) name = key;
    if (name !== '')
      settings.set(name, `${settings.get(name) ?? ''}\n${key === undefined ? line : value}`);
  }
  return settings;
}

/** `{posargs:tests}` stands for what a person adds on the command line, or else for `tests`. */
const filledIn = (line: string) =>
  line
    .replace(/\{posargs(?::([^{}]*))?\}/g, '$1')
    .replace(/\{(toxinidir|tox_root)\}/g, '.')
    .replace(/\{envpython\}/g, 'python3')
    .replace(/^-\s+/, '')
    .replace(/^python(?=\s)/, 'python3')
    .trim();
