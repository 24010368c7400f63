import type { Place } from './furnish';
import { tokenFor } from './tokens';
import { type Visit, Visitor } from './visitor';

/** Signs in and is led to the page. */
export async function arrive(place: Place, login: string): Promise<{ visitor: Visitor; page: Visit }> {
  const visitor = new Visitor(place.url);
  const signIn = await visitor.get('/connect');
  await visitor.send(signIn, { credential: await tokenFor(place.dataDir, login) });
  return { visitor, page: await visitor.get('/connect') };
}

/** What stands beside a copy button, as a browser would copy it. */
export function snippet(html: string, id: string): string {
  const found = new RegExp(`<pre id="snippet-${id}">([^<]*)</pre>`).exec(html)?.[1];
  if (found === undefined) throw new Error(`no snippet ${id}: ${html}`);
  const entities = { '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' };
  return found.replace(/&(quot|#39|lt|gt|amp);/g, (entity) => entities[entity as keyof typeof entities]);
}
