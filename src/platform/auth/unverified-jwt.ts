import { decodeJwt, decodeProtectedHeader } from 'jose';

/** Longest credential that is looked at: a JWT with some hundred groups. Node takes 16 KiB of headers in all. */
export const MAX_TOKEN_LENGTH = 8_192;

/** What a JWT says of itself before anybody checked it: good for finding out who must check it, for nothing else. */
export interface UnverifiedJwt {
  readonly issuer: string;
  readonly type?: string;
}

/** Undefined for what is no signed JWT with an issuer. */
export function unverifiedJwt(token: string): UnverifiedJwt | undefined {
  if (token.length > MAX_TOKEN_LENGTH || token.split('.').length !== 3) return undefined;
  try {
    const { iss } = decodeJwt(token);
    const { typ } = decodeProtectedHeader(token);
    return typeof iss === 'string' ? { issuer: iss, type: typ } : undefined;
  } catch {
    return undefined;
  }
}
