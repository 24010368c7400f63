import { createHmac } from 'node:crypto';
import type { Provider } from 'oidc-provider' with { 'resolution-mode': 'import' };

/**
 * The successor of a refresh token follows from it and from a key that only we have. Two requests that renew with the same token at
 * once, on two replicas or because an answer was lost, so get the same successor: there is one line of tokens, and whoever stole one of
 * them cannot start a second line beside it. What falls out of that line, outside the grace, ends the connection.
 */
export function nameSuccessors(
  provider: Provider,
  key: Uint8Array,
  requestContext: () => RotationContext | undefined,
): void {
  const prototype = provider.RefreshToken.prototype as unknown as { generateTokenId: (this: unknown) => string };
  const { generateTokenId } = prototype;
  prototype.generateTokenId = function (this: unknown): string {
    const before = requestContext()?.oidc.entities.RotatedRefreshToken?.jti;
    return before === undefined
      ? generateTokenId.call(this)
      : createHmac('sha256', key).update(`refresh token after ${before}`).digest('base64url');
  };
}

/** The part of a request's context that tells which token is being replaced. */
export interface RotationContext {
  readonly oidc: { readonly entities: { readonly RotatedRefreshToken?: { readonly jti: string } } };
}
