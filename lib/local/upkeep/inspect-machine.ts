import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SandboxUnavailable } from '../../domain/errors.ts';
import { doubtful, type Finding, good, wrong } from '../../domain/finding.ts';
import type { LocalSandboxKind } from '../../domain/run.ts';
import { choiceText, chooseSandbox } from '../sandbox/choose.ts';
import type { Machine } from '../sandbox/machine.ts';
import { type Probe, probeSandbox } from '../sandbox/probe.ts';

const leastNode = 24;
/** Older ones don't know `--object-format`, which mirrors are made with. */
const leastGit = [2, 29] as const;

/** Node, git and the kinds of sandbox, as they are on this machine. */
export async function inspectMachine(machine: Machine): Promise<readonly Finding[]> {
  return [node(), await git(), ...(await sandboxes(machine))];
}

function node(): Finding {
  const { node: version } = process.versions;
  if (Number(version.split('.')[0]) >= leastNode) return good('node', `v${version}`);
  return wrong('node', `v${version} is too old`, `install Node ${leastNode} or newer`);
}

async function git(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: 20_000 });
    const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
    const [least, leastMinor] = leastGit;
    const enough =
      Number(major) > least || (Number(major) === least && Number(minor) >= leastMinor);
    if (enough) return good('git', stdout.trim());
    return wrong('git', stdout.trim(), `install git ${leastGit.join('.')} or newer`);
  } catch {
    return wrong('git', 'git does not run', 'install git, so that it is found on the PATH');
  }
}

async function sandboxes(machine: Machine): Promise<Finding[]> {
  const probe = (kind: LocalSandboxKind) => probeSandbox(kind, machine);
  const [docker, bubblewrap, none] = [
    await probe('docker'),
    await probe('bubblewrap'),
    await probe('process'),
  ];
  const other = 'without it --sandbox auto takes bubblewrap where that works';
  const least = 'without it only --sandbox docker is a boundary; process is none';
  return [
    boundary('sandbox docker', docker, other),
    boundary('sandbox bubblewrap', bubblewrap, least),
    none.works
      ? good('sandbox process', none.reason)
      : wrong('sandbox process', none.reason, 'a POSIX shell at /bin/sh is needed'),
    await automatic({ docker, bubblewrap }),
  ];
}

function boundary(name: string, { works, reason }: Probe, fix: string): Finding {
  return works ? good(name, reason) : doubtful(name, reason, fix);
}

/** What `--sandbox auto` comes to here. */
async function automatic(probes: Readonly<Record<string, Probe>>): Promise<Finding> {
  const none: Probe = { works: false, reason: 'not tried' };
  try {
    const choice = await chooseSandbox('auto', async (kind) => probes[kind] ?? none);
    return good('sandbox auto', choiceText(choice));
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error;
    const fix = 'make one of them work; process is never taken unless it is asked for';
    return doubtful('sandbox auto', 'no boundary works here', fix);
  }
}
