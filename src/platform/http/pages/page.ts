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

type PagePolicy = Pick<Page, 'style' | 'tellsOrigin' | 'formTargets'>;

/**
 * Headers of every page: nothing is loaded, run, framed or kept, forms go nowhere but back, and no other site learns the address.
 * Nothing of it is left to the defaults of a browser.
 */
export function pageHeaders({ style, tellsOrigin, formTargets = [] }: PagePolicy): Record<string, string> {
  const styles = style === undefined ? "'none'" : `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src ${styles}`,
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
