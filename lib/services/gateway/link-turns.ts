import type { ModelReply, ModelRequest } from '../../domain/model.ts';
import type { Link } from '../../domain/model-chain.ts';
import type { AskedLink } from './ask-chain.ts';

/** The conversation without what only another model of the chain can read, such as its signed reasoning. */
export function forLink(request: ModelRequest, { place, switched }: AskedLink): ModelRequest {
  if (!switched) return request;
  const messages = request.messages.map((message) => ({
    ...message,
    content: message.content.filter(
      (block) => block.type !== 'opaque' || (block.link ?? place) === place,
    ),
  }));
  return { ...request, messages };
}

/** A reply whose parts that only its model can read say which one that is, where a role has several. */
export function ofLink(reply: ModelReply, { place, of }: Link): ModelReply {
  if (of === 1) return reply;
  const content = reply.content.map((block) =>
    block.type === 'opaque' ? { ...block, link: place } : block,
  );
  return { ...reply, content };
}
