import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { doubtful, type Finding, good, wrong } from '../../domain/finding.ts';
import { probeSandbox } from '../sandbox/probe.ts';

const leastNode = 24;
/** Older ones don't know `--object-format`, which mirrors are made with. */
const leastGit = [2, 29] as const;

/** Node, git and the kinds of sandbox, as they are on this machine. */
export async function inspectMachine(): Promise<readonly Finding[]> {
  return [node(), await git(), ...(await sandboxes())];
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

async function sandboxes(): Promise<Finding[]> {
  const [bubblewrap, process] = [await probeSandbox('bubblewrap'), await probeSandbox('process')];
  return [
    bubblewrap.works
      ? good('sandbox bubblewrap', bubblewrap.reason)
      : doubtful(
          'sandbox bubblewrap',
          bubblewrap.reason,
          'without it only --sandbox process works, which is no boundary',
        ),
    process.works
      ? good('sandbox process', process.reason)
      : wrong('sandbox process', process.reason, 'a POSIX shell at /bin/sh is needed'),
  ];
}
