import { NotAllowed } from '../../errors';

/** How a request came, from its connection and headers. */
export interface Arrival {
  readonly method: string;
  /** Header `Host`. */
  readonly host: string;
  /** Header `Origin`; browsers send `null` with forms of a page whose referrer policy is `no-referrer` (Fetch §3.2). */
  readonly origin?: string;
  /** Header `Sec-Fetch-Site`, which no page can set. */
  readonly fetchSite?: string;
  /** Header `X-Forwarded-Proto`. It is never believed where it would help. */
  readonly forwardedProto?: string;
  /** Whether a proxy has had it. */
  readonly isForwarded: boolean;
  /** Of the connection itself. */
  readonly remoteAddress: string;
}

/**
 * The origin under which pages that take secrets are served: https of the public address, or loopback without any proxy. Where a
 * public https address is set, there is no other.
 * @param publicUrl `MCTL_PUBLIC_URL`.
 * @throws NotAllowed `page_needs_https`, with what to do.
 */
export function pageOrigin(publicUrl: string | undefined, arrival: Arrival): string {
  const url = publicUrl === undefined ? undefined : new URL(publicUrl);
  if (url && !isLoopback(url.hostname)) return publicOrigin(url, arrival);
  const { host, isForwarded, remoteAddress } = arrival;
  const here = `http://${host}`;
  const isHere = URL.canParse(here) && isLoopback(new URL(here).hostname) && isLoopbackAddress(remoteAddress);
  if (!isHere || isForwarded) {
    throw needsHttps(
      'Pages are served over https, or on this very machine without a proxy in between.',
      'Behind a proxy, set MCTL_PUBLIC_URL to its https address.',
    );
  }
  return new URL(here).origin;
}

function publicOrigin(url: URL, { host, forwardedProto }: Arrival): string {
  if (url.protocol !== 'https:') {
    throw needsHttps(
      'This installation is reached over http, which anybody on the way can read.',
      'Put MCTL behind https and set MCTL_PUBLIC_URL to that address.',
    );
  }
  if (host.toLowerCase() !== url.host || forwardedProto?.toLowerCase() === 'http') {
    throw needsHttps(
      `Pages are served at ${url.origin} only, and this request was for another address or scheme.`,
      'Open it there. Where you did, the proxy in front of MCTL rewrites the Host header or speaks of http; it must pass Host on, and X-Forwarded-Proto: https.',
    );
  }
  return url.origin;
}

/** Whether a link under this address leads to pages at all, without a request at hand. */
export function servesPages(base: string): boolean {
  const { protocol, hostname } = new URL(base);
  return protocol === 'https:' || isLoopback(hostname);
}

/**
 * A form must come from our own page. The origin is compared where the browser tells it; where it does not, the browser must say
 * itself that the page was ours. One that says neither is refused.
 * @throws NotAllowed `foreign_form`.
 */
export function checkSameOrigin(own: string, { origin, fetchSite }: Arrival): void {
  const isTold = origin !== undefined && origin !== 'null';
  const isOurs = isTold
    ? origin === own && (fetchSite ?? 'same-origin') === 'same-origin'
    : fetchSite === 'same-origin';
  if (isOurs) return;
  throw new NotAllowed('This form was not sent from its own page.', {
    code: 'foreign_form',
    fix: 'Open the link again in a browser of today, and send the form from there.',
  });
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address);
}

function needsHttps(message: string, fix: string): NotAllowed {
  return new NotAllowed(message, { code: 'page_needs_https', fix });
}
