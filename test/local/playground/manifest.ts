import type { Running } from './running.ts';

/** A manifest as a page of ours posts it. */
function manifestTo(redirect_url: string, hookUrl = 'http://127.0.0.1:9/github/webhook') {
  return {
    name: 'entropy-test',
    url: 'https://example.org',
    redirect_url,
    public: false,
    hook_attributes: { url: hookUrl, active: true },
    default_permissions: { contents: 'write', issues: 'write' },
    default_events: ['issues', 'issue_comment'],
  };
}

/** What a browser does with a page that has one form: its fields, and where they go. */
export function formIn(html: string): { action: string; fields: URLSearchParams } {
  const unescaped = (text: string) =>
    text
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
  const fields = new URLSearchParams();
  for (const [, name = '', value = ''] of html.matchAll(
    /<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g,
  )) {
    fields.set(unescaped(name), unescaped(value));
  }
  const action = unescaped(/<form[^>]*action="([^"]*)"/.exec(html)?.[1] ?? '');
  return { action, fields };
}

/** Posts a form and gives the page, or the place that the browser is sent to. */
export async function post(url: string, body: URLSearchParams) {
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  return {
    status: answer.status,
    html: await answer.text(),
    location: answer.headers.get('location') ?? '',
  };
}

/** Goes the way of a browser through GitHub's two pages. Gives where it is sent in the end. */
export async function agreeTo(site: string, path: string, manifest: object): Promise<URL> {
  const fields = new URLSearchParams({ manifest: JSON.stringify(manifest) });
  const shown = await post(`${site}${path}`, fields);
  const form = formIn(shown.html);
  const agreed = await post(new URL(form.action, site).toString(), form.fields);
  return new URL(agreed.location);
}

/** An App that is made from a manifest: the code, and what GitHub told of the App for it. */
export async function appFromManifest({ playground }: Pick<Running, 'playground'>) {
  const manifest = manifestTo('http://127.0.0.1:9/made');
  const back = await agreeTo(playground.url, '/settings/apps/new?state=s-t', manifest);
  if (back.searchParams.get('state') !== 's-t') throw new Error(`sent back to ${back}`);
  const code = back.searchParams.get('code') ?? '';
  const answer = await fetch(`${playground.apiUrl}/app-manifests/${code}/conversions`, {
    method: 'POST',
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  const { pem } = (await answer.json()) as { pem: string };
  return { code, pem };
}
