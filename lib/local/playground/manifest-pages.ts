import { readManifest } from './app-manifests.ts';
import { escapeHtml, page } from './pages.ts';
import type { World } from './world.ts';

/** A page, or where a browser is sent. */
export type FormAnswer = { readonly html: string } | { readonly location: string };

const newApp = /^(?:\/organizations\/[\w.-]+)?\/settings\/apps\/new$/;
const agree = '/settings/apps/agree';

/**
 * A posted form of the pages that make an App from a manifest: the first shows what it will be, the second makes it and
 * sends the browser back with a code. Whoever posts is taken for the owner. Undefined for any other path. Throws 422.
 */
export function answerForm(world: World, url: URL, form: URLSearchParams): FormAnswer | undefined {
  const state = url.searchParams.get('state') ?? form.get('state') ?? '';
  if (newApp.test(url.pathname)) {
    const text = form.get('manifest');
    const { name, default_permissions: permissions } = readManifest(text);
    const list = Object.entries(permissions).map(([what, level]) => `${what}: ${level}`);
    const hidden = (field: string, value: string) =>
      `<input type="hidden" name="${field}" value="${escapeHtml(value)}">`;
    return {
      html: page(
        `Create GitHub App ${name}`,
        `<p>${escapeHtml(list.join(', '))}</p><form action="${agree}" method="post">
${hidden('manifest', text ?? '')}${hidden('state', state)}<button>Create GitHub App</button></form>`,
      ),
    };
  }
  if (url.pathname !== agree) return undefined;
  const manifest = readManifest(form.get('manifest'));
  const back = new URL(manifest.redirect_url);
  back.searchParams.set('code', world.manifests.agreed(manifest));
  if (state !== '') back.searchParams.set('state', state);
  return { location: back.toString() };
}
