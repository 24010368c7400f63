import type { Provider } from 'oidc-provider' with { 'resolution-mode': 'import' };
import type { AccessTokens } from './access-tokens';

/** Tells the library that a token is none it should refuse to revoke for being a JWT; no JWT begins so. */
const MARK = 'access-token:';

/** What the revocation endpoint gets in place of an access token. */
export function revocable(token: string): string {
  return token.split('.').length === 3 ? `${MARK}${token}` : token;
}

/**
 * Lets clients take access tokens back (RFC 7009) although they are JWTs and stored nowhere: the library authenticates the client and
 * finds the token here. Taking one back ends its connection.
 */
export function revocableTokens(provider: Provider, tokens: AccessTokens): void {
  const find = async (value: string): Promise<object | undefined> => {
    if (!value.startsWith(MARK)) return undefined;
    try {
      const claims = await tokens.read(value.slice(MARK.length));
      return {
        kind: 'AccessToken',
        clientId: claims.client_id,
        destroy: () => tokens.revoke(claims),
      };
    } catch {
      // RFC 7009 §2.2: a token that is none is revoked already.
      return undefined;
    }
  };
  Object.assign(provider.AccessToken, { find });
}
