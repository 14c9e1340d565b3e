/**
 * True where a pull request's text says, in the words that GitHub obeys, that it closes the issue:
 * `closes #7`, `Fixes: owner/name#7`, `resolved https://HOST/owner/name/issues/7`.
 */
export function saysItCloses(text: string, repository: string, issue: number): boolean {
  const name = repository.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const reference = `(?:(?:${name})?#|https?://[^\\s/]+/${name}/issues/)${issue}`;
  const words = 'close[sd]?|fix(?:e[sd])?|resolve[sd]?';
  return new RegExp(`(?<![\\w-])(?:${words}):?\\s+${reference}(?!\\d)`, 'i').test(text);
}
