/** OpenAI's own server. In a file of its own, so that who only asks for it loads no SDK. */
export const openaiUrl = 'https://api.openai.com/v1';
