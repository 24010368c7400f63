import type { KoaContextWithOIDC, Provider } from 'oidc-provider' with { 'resolution-mode': 'import' };
import { pageHeaders } from '../http/pages';
import { redirectHost, redirectKind } from './client-metadata.policy';
import { errorDocument } from './pages';

/**
 * Anybody can register an address. Where a request fails before a person has been asked anything, sending the browser there by itself
 * would make us a redirector to whatever site an attacker likes, under our name (RFC 9700 §4.11.2): a page says what was wrong, and the
 * person goes on, or does not. Programs on this computer wait for their answer, and lead nowhere.
 * @param isTrusted whether the operator has registered the client.
 */
export function holdUntrustedRedirects(
  provider: Provider,
  origin: string,
  isTrusted: (clientId: string) => boolean,
): void {
  provider.use(async (context, next) => {
    await next();
    const { oidc } = context as Partial<KoaContextWithOIDC>;
    if (oidc?.route !== 'authorization' || (oidc.client && isTrusted(oidc.client.clientId))) return;
    const target = new URL(context.response.get('Location'), origin);
    if (target.origin === origin || redirectKind(withoutAnswer(target)) === 'loopback') return;
    // In the fragment for who asked for a token (OAuth 2.0 Multiple Response Types §5).
    const answer = target.hash === '' ? target.searchParams : new URLSearchParams(target.hash.slice(1));
    const error = answer.get('error') ?? 'invalid_request';
    const { document, style } = errorDocument(error, answer.get('error_description') ?? '', {
      href: target.href,
      host: redirectHost(withoutAnswer(target)),
    });
    context.status = 400;
    context.remove('Location');
    context.set(pageHeaders({ style }));
    context.type = 'html';
    context.body = document.text;
  });
}

/** The address as it was registered, which has been judged; with an answer in it, it may be too long, and has a fragment. */
function withoutAnswer(target: URL): string {
  const url = new URL(target);
  url.search = '';
  url.hash = '';
  return url.href;
}
