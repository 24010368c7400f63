import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { readConfig } from '../../src/platform/config';
import { LocalIssuer } from '../../src/platform/auth/local-issuer';
import { Keys } from '../../src/platform/keys';

interface Payload {
  [claim: string]: unknown;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = { alg: 'EdDSA', typ: 'at+jwt' };

/** Every token that must open nothing, by what is wrong with it; all of them name an administrator. */
export async function forgedTokens(dataDir: string, login = 'admin'): Promise<Record<string, string>> {
  const keys = Keys.open(dataDir);
  const good = await new LocalIssuer(keys, readConfig({ MCTL_DATA_DIR: dataDir })).sign(login, 3_600_000);
  const [header = '', body = '', signature = ''] = good.split('.');
  const payload = JSON.parse(Buffer.from(body, 'base64url').toString()) as Payload;
  const signed = (claims: Payload, head: Payload = HEADER, key = keys.signingKey): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', ...head }).sign(key);
  const without = (claim: string): Promise<string> => {
    const { [claim]: _, ...rest } = payload;
    return signed(rest);
  };
  const now = Math.floor(Date.now() / 1000);
  const publicKey = keys.verifyingKey.export({ type: 'spki', format: 'pem' }).toString();
  const hmacInput = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${body}`;
  return {
    expired: await signed({ ...payload, iat: now - 7200, nbf: now - 7200, exp: now - 60 }),
    'not valid yet': await signed({ ...payload, nbf: now + 3600, exp: now + 7200 }),
    'of another key': await signed(payload, HEADER, generateKeyPairSync('ed25519').privateKey),
    'with another payload': `${header}.${encode({ ...payload, sub: 'admin2' })}.${signature}`,
    'with another header': `${encode({ ...HEADER, kid: 'x' })}.${body}.${signature}`,
    'with a changed signature': `${header}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'with half a signature': `${header}.${body}.${signature.slice(0, 40)}`,
    'without a signature': `${header}.${body}.`,
    'with algorithm none': `${encode({ ...HEADER, alg: 'none' })}.${body}.`,
    'with algorithm None': `${encode({ ...HEADER, alg: 'None' })}.${body}.${signature}`,
    'signed with the public key as HS256 secret': `${hmacInput}.${createHmac('sha256', publicKey).update(hmacInput).digest('base64url')}`,
    'for another audience': await signed({ ...payload, aud: 'https://elsewhere.example/mcp' }),
    'of another issuer': await signed({ ...payload, iss: 'https://elsewhere.example' }),
    'of another type': await signed(payload, { alg: 'EdDSA', typ: 'JWT' }),
    'without a subject': await without('sub'),
    'without an expiry': await without('exp'),
    'without an audience': await without('aud'),
    'without an issuer': await without('iss'),
    'without a start': await without('nbf'),
    'without an id': await without('jti'),
    'with a subject that is no login': await signed({ ...payload, sub: 'admin\nOperation-Id: 1' }),
    'with a list of subjects': await signed({ ...payload, sub: ['admin'] as unknown }).catch(
      () => `${header}.${encode({ ...payload, sub: ['admin'] })}.x`,
    ),
    'with a critical header': `${encode({ ...HEADER, crit: ['b64'], b64: false })}.${body}.${signature}`,
    'that is no token': 'let-me-in',
    'of three dots': '...',
  };
}
