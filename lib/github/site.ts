/** The site that an API belongs to: `https://github.com`, or the server itself. */
export function siteOf(apiUrl: string): string {
  const url = new URL(apiUrl);
  return url.hostname === 'api.github.com' ? 'https://github.com' : url.origin;
}
