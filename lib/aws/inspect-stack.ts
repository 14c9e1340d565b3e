import { doubtful, type Finding, good, wrong } from '../domain/finding.ts';
import type { AppRecord } from './app-record.ts';
import type { DeployedStack } from './deployed-stack.ts';

/** Whether the stack stands whole. */
export function inspectStack({ name, status }: DeployedStack): Finding {
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return good('stack', `${name}: ${status}`);
  const fix =
    'look at its events in CloudFormation; "entropy deploy" goes on when it has come to rest';
  return /ROLLBACK_COMPLETE$|_IN_PROGRESS$/.test(status)
    ? doubtful('stack', `${name}: ${status}`, fix)
    : wrong('stack', `${name}: ${status}`, fix);
}

/** Whether there is an App, its key where it belongs, and the functions know it. */
export function inspectSetUp({ outputs }: DeployedStack, app: AppRecord | undefined): Finding {
  const name = 'set-up';
  const known = outputs.get('AppId') ?? 'none';
  if (app === undefined) {
    // By hand, as before there was a command for it.
    if (known !== 'none') return good(name, `the App ${known}, set up by hand`);
    return wrong(name, 'there is no GitHub App', '"entropy init" makes it');
  }
  if (!app.keyed)
    return wrong(name, `the App ${app.slug} has no key here`, '"entropy init" goes on');
  if (known === String(app.id)) return good(name, `the App ${app.slug}, ${app.url}`);
  return wrong(name, `the functions know ${known}, not ${app.slug}`, '"entropy deploy" tells them');
}
