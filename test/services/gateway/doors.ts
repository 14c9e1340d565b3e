/** Every request of the gateway that only a live session opens, git's and the models' wires among them. */
export const doors = [
  ['GET', '/v1/input'],
  ['POST', '/v1/model'],
  ['POST', '/v1/heartbeat'],
  ['POST', '/v1/events'],
  ['POST', '/v1/result'],
  ['POST', '/v1/partial'],
  ['POST', '/v1/failure'],
  ['POST', '/v1/setup'],
  ['DELETE', '/v1/setup'],
  ['GET', '/git/info/refs?service=git-upload-pack'],
  ['POST', '/git/git-upload-pack'],
  ['GET', '/wire/anthropic/v1/models'],
  ['POST', '/wire/anthropic/v1/messages'],
  ['GET', '/wire/openai/v1/models'],
  ['POST', '/wire/openai/v1/chat/completions'],
  ['POST', '/wire/openai/v1/responses'],
] as const;
