import type { Route } from '../../../../lib/local/playground/api.ts';
import { pathOf } from '../../../../lib/local/playground/router.ts';
import { formOf } from './extract-facts.ts';

/** GitHub describes the root of a repository's files with the files below it. */
const sameAs: Record<string, string> = {
  'GET /repos/{}/{}/contents': 'GET /repos/{}/{}/contents/{}',
};

/** The form under which GitHub describes what a route does. */
export function formOfRoute(route: Route): string {
  const form = formOf(route.method, pathOf(route));
  return sameAs[form] ?? form;
}
