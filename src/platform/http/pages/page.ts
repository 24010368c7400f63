import { createHash } from 'node:crypto';
import type { Markup } from './markup';

/** A cookie of one browser session, for this host alone. */
export interface PageCookie {
  readonly name: string;
  readonly value: string;
  readonly expires: Date;
  /** Whether it travels over https only. */
  readonly secure: boolean;
  /** `lax` where people arrive from other sites and must be known at once; otherwise `strict`. */
  readonly sameSite?: 'lax' | 'strict';
}

/** What a page route answers. */
export interface Page {
  readonly status: number;
  /** Nothing but a redirect has no content. */
  readonly document?: Markup;
  /** The one style sheet of the document, without `</style`: the policy allows it by its hash and no other. */
  readonly style?: string;
  /** The one script of the document, without `</script`: allowed by its hash as well. Pages must work without it. */
  readonly script?: string;
  readonly cookie?: PageCookie;
  /** Further ones. */
  readonly cookies?: readonly PageCookie[];
  /** Where the answer to a form may lead besides us, as sources of a policy: browsers stop it anywhere else (CSP 3, form-action). */
  readonly formTargets?: readonly string[];
  /** Where to go on with GET, relative to the page's own URL, or absolute. */
  readonly location?: string;
  /** Whether a form of it tells us its origin. With `no-referrer` browsers send `null`, and not all of them say whose page it was. */
  readonly tellsOrigin?: boolean;
}

type PagePolicy = Pick<Page, 'style' | 'script' | 'tellsOrigin' | 'formTargets'>;

/**
 * Headers of every page: nothing is loaded, framed or kept, nothing is run but the page's own script, forms go nowhere but back, and no other site learns the address.
 * Nothing of it is left to the defaults of a browser.
 */
export function pageHeaders({ style, script, tellsOrigin, formTargets = [] }: PagePolicy): Record<string, string> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src ${hashSource(style)}`,
      ...(script === undefined ? [] : [`script-src ${hashSource(script)}`]),
      ["form-action 'self'", ...formTargets].join(' '),
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'Referrer-Policy': tellsOrigin ? 'same-origin' : 'no-referrer',
    'X-Robots-Tag': 'noindex, nofollow',
  };
}

/** Source expression that allows this very text inline (CSP 3 §2.3.1), or nothing at all. */
function hashSource(text: string | undefined): string {
  return text === undefined ? "'none'" : `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
