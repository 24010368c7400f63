import type { Provider } from 'oidc-provider' with { 'resolution-mode': 'import' };
import { LOCAL_ISSUER } from '../auth/local-issuer';
import type { LocalTokens } from '../auth/local-tokens';
import { unverifiedJwt } from '../auth/unverified-jwt';
import { Unauthenticated } from '../errors';
import type { AccessTokens } from './access-tokens';

/** Tells the library that a token is none it should refuse to revoke for being a JWT; no JWT begins so. */
const MARK = 'access-token:';

/** What the revocation endpoint gets in place of an access token. */
export function revocable(token: string): string {
  return token.split('.').length === 3 ? `${MARK}${token}` : token;
}

/** Who can take tokens of ours back. */
export interface Revokers {
  readonly tokens: Pick<AccessTokens, 'read' | 'revoke'>;
  readonly local: Pick<LocalTokens, 'verify' | 'revoke'>;
}

/** What the library needs to know of a token. It revokes what is of the client that asks. */
interface Revocable {
  readonly clientId: string | undefined;
  destroy(): Promise<unknown>;
}

/**
 * Lets clients take access tokens back (RFC 7009) although they are JWTs and stored nowhere: the library authenticates the client and
 * finds the token here. Taking one back ends its connection. Local tokens are of no client: whoever holds one may end it.
 * @param asking id of the client whose request is being answered.
 */
export function revocableTokens(
  provider: Provider,
  { tokens, local }: Revokers,
  asking: () => string | undefined,
): void {
  const ofClient = async (token: string): Promise<Revocable> => {
    const claims = await tokens.read(token);
    return { clientId: claims.client_id, destroy: () => tokens.revoke(claims) };
  };
  const ofNobody = async (token: string): Promise<Revocable> => {
    await local.verify(token);
    return { clientId: asking(), destroy: () => local.revoke(token) };
  };
  const find = async (value: string): Promise<object | undefined> => {
    if (!value.startsWith(MARK)) return undefined;
    const token = value.slice(MARK.length);
    try {
      const found = await (unverifiedJwt(token)?.issuer === LOCAL_ISSUER ? ofNobody : ofClient)(token);
      return { kind: 'AccessToken', ...found };
    } catch (error) {
      // RFC 7009 §2.2: a token that is none is revoked already. A store that is away is no such thing (§2.2.1).
      if (error instanceof Unauthenticated) return undefined;
      throw error;
    }
  };
  Object.assign(provider.AccessToken, { find });
}
