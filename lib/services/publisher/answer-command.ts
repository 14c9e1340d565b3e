import { randomUUID } from 'node:crypto';
import { effectKey } from '../../domain/effect.ts';
import { ForgeFailed, ForgeUnavailable } from '../../domain/errors.ts';
import type { Forge, PostedComment } from '../../domain/forge.ts';
import type { Ports } from '../../domain/ports.ts';
import { issueKeyOf, runIdOf } from '../../domain/run.ts';
import { holding } from '../hold-lease.ts';
import type { CommandReply } from './command-reply.ts';
import { type EffectPorts, markerOf, performEffect } from './perform-effect.ts';
import { refusalText } from './refusal-text.ts';

/** In the one reply that an issue has of this kind. */
const replyMark = markerOf('commands');

/**
 * Says on the issue why a command came to nothing and what would work: in the issue's one reply, whose text is
 * replaced at the next such comment. Only for people who may give commands: others could make it speak. Safe to
 * repeat. Throws `ForgeFailed`, and `ForgeUnavailable` also while another reply on the issue is being written.
 */
export async function answerCommand(
  ports: EffectPorts & Pick<Ports, 'slots' | 'forgeOf'>,
  reply: CommandReply,
): Promise<void> {
  const { repository, issue, comment } = reply;
  const id = runIdOf(repository, issue, comment);
  const pool = `reply ${issueKeyOf(repository, issue)}`;
  const holder = randomUUID();
  const lease = {
    take: (now: number, until: number) => ports.slots.take(pool, holder, now, until, 1),
    release: () => ports.slots.release(pool, holder),
  };
  const forge = ports.forgeOf({ id, repository, issue });
  const written = await holding(ports.clock, lease, async (held) => {
    const authority = async () => {
      if (!(await held())) throw beingWritten(reply);
    };
    const find = () => forge.findComment(issue, markerOf(`commands/${comment}`));
    // No run came of the comment, so that there is no ledger to tell.
    return performEffect(
      ports,
      { id, repository, issue },
      effectKey(id, 'comment', 'reply'),
      'comment',
      {
        ...{ authority, silent: true, find },
        // What is older than the effects that are kept has said it as well.
        act: async () => (await find()) ?? write(forge, reply),
      },
    );
  });
  if (written === undefined) throw beingWritten(reply);
}

function beingWritten({ repository, issue }: CommandReply): ForgeUnavailable {
  const where = issueKeyOf(repository, issue);
  return new ForgeUnavailable(`another reply is just being written on ${where}`);
}

async function write(forge: Forge, reply: CommandReply): Promise<PostedComment> {
  const { issue, comment } = reply;
  const body = [refusalText(reply), replyMark, markerOf(`commands/${comment}`)].join('\n\n');
  const earlier = await forge.findComment(issue, replyMark);
  try {
    if (earlier !== undefined) return await forge.editComment(issue, earlier.id, body);
  } catch (error) {
    // Somebody has deleted it meanwhile.
    if (!(error instanceof ForgeFailed) || error.status !== 404) throw error;
  }
  return forge.comment(issue, body);
}
