// In a file of their own, so that who only asks for them loads no SDK.

/** Anthropic's own server. */
export const anthropicUrl = 'https://api.anthropic.com';
/** OpenAI's own server. */
export const openaiUrl = 'https://api.openai.com/v1';
