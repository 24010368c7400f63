import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { TestOidc } from '../../../../test/support/test-oidc';
import { Clock } from '../../clock';
import type { OidcIssuerSettings } from '../../config';
import { MctlError } from '../../errors';
import { log } from '../../logging';
import { OidcIssuers } from './oidc-issuers';

class SetClock extends Clock {
  ahead = 0;
  override now(): Date {
    return new Date(Date.now() + this.ahead);
  }
}

log.level = 'silent';
let clock: SetClock;
let oidc: TestOidc;

beforeEach(() => (clock = new SetClock()));

function issuers(issuer: string, more: Partial<OidcIssuerSettings> = {}): OidcIssuers {
  const settings = { issuer, audiences: ['mctl'], loginClaim: 'preferred_username', ...more };
  const metrics = { identityRequests: { inc: () => undefined } };
  return new OidcIssuers({ values: { oidcIssuers: [settings] } } as never, clock, metrics as never);
}

const codeOf = (verified: Promise<unknown>): Promise<string> =>
  verified.then(
    () => 'let in',
    (error: unknown) => (error instanceof MctlError ? error.code : String(error)),
  );

describe('keys of a real issuer', () => {
  beforeAll(async () => void (oidc = await TestOidc.start()));
  afterAll(() => oidc?.stop());

  it('S12 are read again when the issuer has new ones, without a restart, and old ones are worth nothing then', async () => {
    const all = issuers(oidc.issuer);
    const old = await oidc.token({ login: 'ada' });
    expect(await codeOf(all.verify(old))).toBe('let in');
    await oidc.rotate();
    const young = await oidc.token({ login: 'ada' });
    // So soon after the last reading an unknown key is a wrong one: made-up ones must not make us ask at every call.
    expect(await codeOf(all.verify(young))).toBe('invalid_token');
    const spy = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 31_000);
    expect(await codeOf(all.verify(young))).toBe('let in');
    expect(await codeOf(all.verify(old))).toBe('invalid_token');
    spy.mockRestore();
  });

  it('S12 that were read serve ten minutes of an outage; then nobody is let in', async () => {
    const own = await TestOidc.start();
    const all = issuers(own.issuer);
    const long = await own.forge({
      iss: own.issuer,
      sub: 'x',
      aud: 'mctl',
      preferred_username: 'ada',
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 7200,
    });
    expect(await codeOf(all.verify(long))).toBe('let in');
    await own.stop();
    expect(await codeOf(all.verify(long))).toBe('let in');
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 601_000);
    expect(await codeOf(all.verify(long))).toBe('issuer_unavailable');
    later.mockRestore();
  });

  it('are not needed to start: an issuer that is down answers 503 until it is there', async () => {
    const all = issuers('http://127.0.0.1:9');
    const token = await oidc.forge({ iss: 'http://127.0.0.1:9', sub: 'x', aud: 'mctl' });
    expect(await codeOf(all.verify(token))).toBe('issuer_unavailable');
  });

  it('accessTokensOnly leaves id tokens outside', async () => {
    const all = issuers(oidc.issuer, { audiences: ['mctl', 'portal'], accessTokensOnly: true });
    expect(await codeOf(all.verify(await oidc.token({ login: 'ada' })))).toBe('let in');
    expect(await codeOf(all.verify(await oidc.token({ login: 'ada', kind: 'id' })))).toBe('invalid_token');
  });

  it('authorizedParties leaves tokens of other clients outside', async () => {
    const all = issuers(oidc.issuer, { authorizedParties: ['portal'] });
    expect(await codeOf(all.verify(await oidc.token({ login: 'ada' })))).toBe('let in');
    expect(await codeOf(all.verify(await oidc.token({ login: 'ada', client: 'elsewhere' })))).toBe('invalid_token');
  });
});

describe('an address that is no issuer as it should be', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let reply: (path: string, response: ServerResponse) => void;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      reply(request.url ?? '', response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const json = (response: ServerResponse, body: unknown, status = 200, headers = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const token = (): Promise<string> => oidc.forge({ iss: url, sub: 'x', aud: 'mctl', iat: 1, exp: 2_000_000_000 });

  beforeAll(async () => void (oidc = await TestOidc.start()));
  afterAll(() => oidc?.stop());

  it.each<[string, (response: ServerResponse) => void]>([
    ['S13 redirects', (response) => json(response, {}, 302, { location: 'http://169.254.169.254/latest' })],
    [
      'tells of another issuer',
      (response) => json(response, { issuer: 'https://else.example', jwks_uri: `${url}/keys` }),
    ],
    [
      'S13 keeps its keys elsewhere without TLS',
      (response) => json(response, { issuer: url, jwks_uri: 'http://10.0.0.1/keys' }),
    ],
    ['S13 keeps its keys in a file', (response) => json(response, { issuer: url, jwks_uri: 'file:///etc/passwd' })],
    ['S13 answers without end', (response) => json(response, 'x'.repeat(100_000))],
    ['answers no JSON', (response) => response.end('<html>')],
    ['fails', (response) => json(response, {}, 500)],
  ])('%s: nobody is let in with its tokens', async (_, behave) => {
    reply = (_path, response) => behave(response);
    expect(await codeOf(issuers(url).verify(await token()))).toBe('issuer_unavailable');
    expect(asked).toEqual(['/.well-known/openid-configuration']);
  });

  it('S13 has keys that redirect: they are not followed', async () => {
    reply = (path, response) =>
      path === '/keys'
        ? json(response, {}, 302, { location: `${oidc.issuer}/jwks` })
        : json(response, { issuer: url, jwks_uri: `${url}/keys` });
    expect(await codeOf(issuers(url).verify(await token()))).toBe('issuer_unavailable');
  });

  it('is not asked by every call while it is down', async () => {
    reply = (_path, response) => json(response, {}, 500);
    const all = issuers(url);
    for (let i = 0; i < 5; i++) expect(await codeOf(all.verify(await token()))).toBe('issuer_unavailable');
    expect(asked).toHaveLength(1);
    clock.ahead = 5_100;
    await codeOf(all.verify(await token()));
    expect(asked).toHaveLength(2);
  });
});
