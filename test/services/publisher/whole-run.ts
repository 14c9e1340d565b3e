import { ForgeUnavailable } from '../../../lib/domain/errors.ts';
import type { RepositoryRef } from '../../../lib/domain/run.ts';
import { githubForge } from '../../../lib/github/github-forge.ts';
import { minter } from '../../../lib/github/minter.ts';
import { gitRemoteOf } from '../../../lib/github/remote.ts';
import { sourceMirror } from '../../../lib/local/source/mirror.ts';
import { finish } from '../../../lib/services/publisher/finish.ts';
import { postReceipt } from '../../../lib/services/publisher/post-receipt.ts';
import { postReview } from '../../../lib/services/publisher/post-review.ts';
import { publishChange } from '../../../lib/services/publisher/publish-change.ts';
import { appKeys, playgroundWith } from '../../github/playground-fixture.ts';
import { freshFolder } from '../../local/source/git-fixture.ts';
import { startDroppingProxy } from './dropping-proxy.ts';
import { changeOf, evidenceFor, judgement, plan, publishing, reviewOf } from './publishing.ts';

/** The process died here. */
class Crash extends Error {}

/** How a run is hurt, at every point where it can be. */
export interface Hurt {
  /** Dies after each effect was done and before its receipt, once. */
  readonly crashes?: boolean;
  /** The first answer to each write is lost, in each step. */
  readonly losses?: boolean;
}

/** A run on the playground, behind a proxy. */
export async function onPlayground(options: Parameters<typeof playgroundWith>[0] = {}) {
  const github = await playgroundWith(options);
  const { playground, repository, issue } = github;
  const proxy = await startDroppingProxy(playground.url);
  const apiUrl = `${proxy.url}/api/v3`;
  const mint = minter({ appId: playground.app.id, privateKey: appKeys.privateKey, apiUrl });
  const access = { apiUrl, mint };
  const ref = { forge: 'github' as const, name: repository };
  const published = await publishing({
    ...{ repository: ref, issue, forge: githubForge(repository, access) },
    source: sourceMirror({
      dataDir: freshFolder(),
      remoteOf: ({ name }) => gitRemoteOf({ ...access, apiUrl: playground.apiUrl }, name),
    }),
  });
  const get = async (path: string) =>
    (await playground.request('maria', 'GET', `/repos/${repository}${path}`)).body as never;
  const close = async () => {
    published.close();
    proxy.close();
    await playground.close();
  };
  return { ...published, access, playground, repository, issue, ref, proxy, get, close };
}

type OnPlayground = Awaited<ReturnType<typeof onPlayground>>;

/** What one round hands to the publisher. */
export async function roundOf(
  { ports, base, ref }: Pick<OnPlayground, 'ports' | 'base'> & { readonly ref: RepositoryRef },
  round: number,
) {
  const change = changeOf(base, round);
  const tree = await ports.source.treeOf(ref, base, change.files);
  return { round, change, plan, judgement, evidence: evidenceFor(base, tree) };
}

/** Two rounds, a review each, merged and told; a step that was hurt is done again, as the lifecycle does. */
export async function wholeRun(on: OnPlayground, hurt: Hurt = {}): Promise<{ crashes: number }> {
  const { ports, run, proxy } = on;
  const crashes = hurt.crashes === true ? crashEachOnce(on) : () => 0;
  const step = async (work: () => Promise<unknown>) => {
    if (hurt.losses === true) proxy.loseEachOnce();
    for (let tries = 1; ; tries += 1) {
      try {
        await work();
        return;
      } catch (error) {
        const again = error instanceof Crash || error instanceof ForgeUnavailable;
        if (!again || tries > 20) throw error;
      }
    }
  };
  for (const round of [1, 2]) {
    await step(async () => {
      const { branch, commit, pullRequest } = await publishChange(
        ports,
        await run(),
        await roundOf(on, round),
      );
      await ports.runs.update((await run()).id, ['running'], { branch, commit, pullRequest }, []);
    });
    const review = reviewOf(round === 1 ? 'request-changes' : 'approve');
    await step(async () => postReview(ports, await run(), { round, review }));
  }
  await step(async () => {
    const now = await run();
    await finish(ports, now, { merge: true, head: now.commit ?? '' });
  });
  await step(async () => postReceipt(ports, await run(), { outcome: 'merged' }));
  return { crashes: crashes() };
}

function crashEachOnce({ ports }: OnPlayground): () => number {
  const { effects } = ports;
  const crashed = new Set<string>();
  const receipt: typeof effects.receipt = async (key, ...rest) => {
    if (crashed.has(key)) return effects.receipt(key, ...rest);
    crashed.add(key);
    throw new Crash('before the receipt');
  };
  (ports as { effects: typeof effects }).effects = { ...effects, receipt };
  return () => crashed.size;
}
