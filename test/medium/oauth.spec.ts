import { Clock } from '../../src/platform/clock';
import { AuthorizationServer } from '../../src/platform/oauth/authorization-server';
import { RestTestClient } from '../support/clients';
import { furnish, PEOPLE } from '../support/furnish';
import { OAuthTestClient, post, statusWith } from '../support/oauth-client';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { pkce, refusalOf, Visitor } from '../support/visitor';

/** The whole program in this process, so that its clock can be moved. */
let scratch: ScratchApp;
let ada: string;
let client: OAuthTestClient;

beforeAll(async () => {
  scratch = await ScratchApp.start({
    MCTL_OAUTH_REQUESTS_PER_MINUTE: '100000',
    MCTL_OAUTH_REGISTRATIONS_PER_HOUR: '100000',
    MCTL_AUTH_FAILURES_PER_MINUTE: '100000',
  });
  await furnish(scratch);
  ada = await tokenFor(scratch.dataDir, 'ada');
  client = await OAuthTestClient.register(scratch.url);
});

afterAll(() => scratch?.stop());
afterEach(() => jest.restoreAllMocks());

/** Moves the clock of the program. */
function later(milliseconds: number): void {
  const now = Date.now() + milliseconds;
  jest.spyOn(scratch.app.get(Clock), 'now').mockImplementation(() => new Date(now));
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

describe('a client that registers itself', () => {
  it('gets a token by code and PKCE, for us alone, for half an hour, and a refresh token', async () => {
    const { status, body, headers } = await client.redeem(await client.code(ada));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 1800,
      scope: 'platform:read',
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(headers.get('cache-control')).toBe('no-store');
    const [header = ''] = (body.access_token as string).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
      typ: 'at+jwt',
      alg: 'EdDSA',
      kid: expect.any(String),
    });
    expect(claimsOf(body.access_token as string)).toMatchObject({
      iss: scratch.url,
      aud: `${scratch.url}/mcp`,
      sub: 'ada',
      client_id: client.clientId,
      jti: expect.any(String),
      gid: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await statusWith(scratch.url, body.access_token as string)).toBe(200);
  });

  it('is told who the answer is from (RFC 9207) and gets its state back', async () => {
    const { url } = await client.authorize(new Visitor(scratch.url), ada);
    expect(`${url.origin}${url.pathname}`).toBe('https://app.example.org/cb');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      code: expect.any(String),
      state: 'the-state',
      iss: scratch.url,
    });
  });

  it('acts as its person: whoami says so, and how', async () => {
    const { access_token: token } = await client.tokens(await tokenFor(scratch.dataDir, PEOPLE.owner));
    const { body } = await new RestTestClient(scratch.url, token).get('/api/v1/whoami');
    expect(body).toMatchObject({
      user: PEOPLE.owner,
      auth_method: 'oauth',
      teams: [{ name: 'billing', role: 'owner' }],
    });
    expect(Date.parse((body as { expires_at: string }).expires_at)).toBeGreaterThan(Date.now());
  });

  it('S24 may do what its scopes say and no more, and is told everything that is missing at once', async () => {
    const owner = await tokenFor(scratch.dataDir, PEOPLE.owner);
    const scale = { team: 'billing', service: 'api', replicas: 2, dry_run: true };
    const narrow = await client.tokens(owner, { scope: 'service:config' });
    const refused = await new RestTestClient(scratch.url, narrow.access_token).execute('scale-service', scale);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(
      /error="insufficient_scope".*scope="service:config platform:read"/,
    );
    const wide = await client.tokens(owner, { scope: 'platform:read service:config' });
    expect((await new RestTestClient(scratch.url, wide.access_token).execute('scale-service', scale)).status).toBe(200);
  });

  it('cannot be more than its person, whatever its scopes', async () => {
    const stranger = await client.tokens(await tokenFor(scratch.dataDir, PEOPLE.stranger), {
      scope: 'platform:destroy',
    });
    const { status, body } = await new RestTestClient(scratch.url, stranger.access_token).get(
      '/api/v1/tenants/billing',
    );
    expect([status, (body as { code: string }).code]).toEqual([404, 'team_not_found']);
  });

  it('gets the basic scope where it asks for none, or only for what there is not', async () => {
    expect((await client.tokens(ada, { scope: undefined })).scope).toBe('platform:read');
    expect((await client.tokens(ada, { scope: 'openid offline_access everything' })).scope).toBe('platform:read');
    expect((await client.tokens(ada, { scope: 'logs:read everything' })).scope).toBe('logs:read');
  });

  it('may leave the resource out, and write it with any name of loopback, but name no other', async () => {
    for (const resource of [
      undefined,
      `${scratch.url}/mcp`,
      scratch.url,
      `${scratch.url.replace('127.0.0.1', 'localhost')}/mcp`,
    ]) {
      expect(claimsOf((await client.tokens(ada, { resource })).access_token).aud).toBe(`${scratch.url}/mcp`);
    }
    for (const resource of [
      'https://other.example.org/mcp',
      `${scratch.url}/api`,
      `${scratch.url}.evil.org/mcp`,
      `${scratch.url}/mcp#x`,
      'mcp',
    ]) {
      const refused = await client.authorize(new Visitor(scratch.url), ada, { resource });
      expect([resource, refusalOf(refused)]).toEqual([resource, 'invalid_target']);
    }
  });
});

describe('S17 the authorisation endpoint', () => {
  const errorOf = async (change: Record<string, string | undefined>) =>
    refusalOf(await new Visitor(scratch.url).get(client.request(change)));

  it.each([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE of an unnamed method', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is none', { code_challenge: 'short' }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['a hybrid', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ['a request object elsewhere', { request_uri: 'https://evil.example.org/r' }, 'request_uri_not_supported'],
    ['silence where somebody must be asked', { prompt: 'none' }, 'login_required'],
  ])('refuses %s', async (_, change, error) => expect(await errorOf(change)).toBe(error));

  it.each([
    ['no PKCE', { code_challenge: undefined }],
    ['the implicit grant', { response_type: 'token' }],
    ['silence', { prompt: 'none' }],
    ['a resource that is not ours', { resource: 'https://other.example.org' }],
  ])('sends nobody by itself to an address that anybody may have registered, asked for %s', async (_, change) => {
    const { status, url, headers, text } = await new Visitor(scratch.url).get(client.request(change));
    expect([status, url.origin, headers.get('location')]).toEqual([400, scratch.url, null]);
    expect(text).toMatch(
      /<a href="https:\/\/app\.example\.org\/cb[?#][^"]*error=[^"]*" rel="noreferrer">go back to app\.example\.org</,
    );
    expect(text).not.toContain('http-equiv');
  });

  it('tells a program on the same computer at once, which waits for it', async () => {
    const native = await OAuthTestClient.register(scratch.url, 'http://127.0.0.1:1/callback');
    const { url } = await new Visitor(scratch.url).get(native.request({ prompt: 'none' }));
    expect([url.host, url.searchParams.get('error')]).toEqual(['127.0.0.1:1', 'login_required']);
  });

  it.each(['form_post', 'fragment', 'web_message'])('answers in the query alone, not as %s', async (mode) => {
    const { status, url, text } = await new Visitor(scratch.url).get(client.request({ response_mode: mode }));
    expect([status, url.origin]).toEqual([400, scratch.url]);
    expect(text).toContain('response_mode must be query');
  });

  it.each([
    ['an address that was not registered', 'https://evil.example.org/cb'],
    ['a longer path', 'https://app.example.org/cb/more'],
    ['a path that climbs', 'https://app.example.org/cb/../evil'],
    ['a query', 'https://app.example.org/cb?next=https://evil.example.org'],
    ['another scheme', 'http://app.example.org/cb'],
    ['another port', 'https://app.example.org:8443/cb'],
    ['a user name in front', 'https://app.example.org@evil.example.org/cb'],
    ['a host that only begins so', 'https://app.example.org.evil.org/cb'],
    ['another case', 'https://app.example.org/CB'],
    ['an encoded slash', 'https://app.example.org/cb%2f'],
    ['a fragment', 'https://app.example.org/cb#x'],
    ['a script', 'javascript:alert(1)'],
    ['nothing at all', undefined],
  ])('never sends anybody to %s: a page says what is wrong', async (_, redirect_uri) => {
    for (const change of [{ redirect_uri }, { redirect_uri, response_type: 'token' }, { redirect_uri, scope: '"' }]) {
      const { status, url, text, headers } = await new Visitor(scratch.url).get(client.request(change));
      expect([status, url.origin]).toEqual([400, scratch.url]);
      expect(headers.get('location')).toBeNull();
      expect(text).toContain('The connection could not be made');
      expect(text).not.toContain('<script');
    }
  });

  it('takes no redirect for granted where several are registered', async () => {
    const two = await OAuthTestClient.register(scratch.url, 'https://two.example.org/a', {
      redirect_uris: ['https://two.example.org/a', 'https://two.example.org/b'],
    });
    expect((await new Visitor(scratch.url).get(two.request({ redirect_uri: undefined }))).status).toBe(400);
  });

  it('knows no client that nobody registered, and escapes what it repeats', async () => {
    const { status, text } = await new Visitor(scratch.url).get(
      client.request({ client_id: '<img src=x onerror=alert(1)>', state: '<i>' }),
    );
    expect(status).toBe(400);
    expect(text).toContain('MCTL does not know this application');
    expect(text).not.toMatch(/<img|<i>/);
  });

  it('lets a native client listen on any port of loopback, and nowhere else', async () => {
    const native = await OAuthTestClient.register(scratch.url, 'http://127.0.0.1:1/callback');
    const ended = async (redirect_uri: string) =>
      (await native.authorize(new Visitor(scratch.url), ada, { redirect_uri })).url;
    expect((await ended('http://127.0.0.1:50123/callback')).host).toBe('127.0.0.1:50123');
    for (const other of [
      'http://127.0.0.1:50123/other',
      'http://localhost:50123/callback',
      'http://127.0.0.2:50123/callback',
      'http://10.0.0.1/callback',
    ]) {
      expect((await ended(other)).origin).toBe(scratch.url);
    }
  });

  it('refuses parameters that come twice', async () => {
    const { url, status } = await new Visitor(scratch.url).get(`${client.request()}&state=other`);
    expect([status, url.origin]).toEqual([400, scratch.url]);
  });

  it('reads its address from the settings, whatever a proxy or a client says of it', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example.org',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'host=evil.example.org',
    };
    const response = await fetch(new URL(client.request(), scratch.url), { headers, redirect: 'manual' });
    expect(response.headers.get('location')).toMatch(/^\/oauth\/interaction\//);
    expect(response.headers.getSetCookie().join()).not.toContain('evil');
    const described = await (
      await fetch(new URL('/.well-known/oauth-authorization-server', scratch.url), { headers })
    ).json();
    expect(JSON.stringify(described)).not.toContain('evil');
  });
});

describe('S17 a code', () => {
  it('is good for its client, its redirect, its verifier and its resource alone', async () => {
    const other = await OAuthTestClient.register(scratch.url, 'https://other.example.org/cb');
    const wrong: Record<string, string>[] = [
      { code_verifier: pkce().verifier },
      { code_verifier: client.proof.challenge },
      { redirect_uri: 'https://app.example.org/cb/' },
      { client_id: other.clientId, redirect_uri: other.redirectUri },
      { resource: 'https://other.example.org/mcp' },
    ];
    for (const change of wrong) {
      const { status, body } = await client.redeem(await client.code(ada), change);
      expect([change, status, body.error]).toEqual([change, 400, expect.stringMatching(/^invalid_(grant|target)$/)]);
    }
    for (const missing of ['code_verifier', 'redirect_uri', 'code', 'client_id']) {
      expect((await client.redeem(await client.code(ada), { [missing]: undefined })).status).toBe(400);
    }
  });

  it('is good once: the second time ends the connection that the first one made', async () => {
    const code = await client.code(ada);
    const first = (await client.redeem(code)).body;
    expect(await statusWith(scratch.url, first.access_token as string)).toBe(200);
    expect(await client.redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await statusWith(scratch.url, first.access_token as string)).toBe(401);
    expect((await client.refresh(first.refresh_token as string)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('is good once though it is redeemed ten times at the same moment', async () => {
    const code = await client.code(ada);
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.redeem(code)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won.length).toBeLessThanOrEqual(1);
    for (const { body } of won) expect(await statusWith(scratch.url, body.access_token as string)).toBe(401);
  });

  it('is good for a minute', async () => {
    const code = await client.code(ada);
    later(61_000);
    expect(await client.redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('is given for no password and no client alone', async () => {
    const passwords = { grant_type: 'password', username: 'ada', password: 'x', client_id: client.clientId };
    const itself = { grant_type: 'client_credentials', client_id: client.clientId };
    for (const form of [passwords, itself, { grant_type: 'implicit', client_id: client.clientId }]) {
      expect((await client.token(form)).body).toMatchObject({ error: 'unsupported_grant_type' });
    }
  });
});

describe('S17 a refresh token', () => {
  it('is replaced at each use', async () => {
    const first = await client.tokens(ada);
    const second = (await client.refresh(first.refresh_token)).body;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const third = (await client.refresh(second.refresh_token as string)).body;
    expect(await statusWith(scratch.url, third.access_token as string)).toBe(200);
  });

  it('ends the whole family when it comes again after the grace', async () => {
    const first = await client.tokens(ada);
    const second = (await client.refresh(first.refresh_token)).body;
    later(11_000);
    expect(await client.refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await client.refresh(second.refresh_token as string)).body).toMatchObject({ error: 'invalid_grant' });
    expect(await statusWith(scratch.url, second.access_token as string)).toBe(401);
  });

  it('gives the same successor within the grace, so that there is one family, and the thief is found out', async () => {
    const first = await client.tokens(ada);
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.refresh(first.refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const successors = new Set(answers.map(({ body }) => body.refresh_token as string));
    expect(successors.size).toBe(1);
    const [successor = ''] = successors;
    const owner = (await client.refresh(successor)).body;
    later(11_000);
    expect((await client.refresh(successor)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await client.refresh(owner.refresh_token as string)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('is good for its own client, and for no more than it was given for', async () => {
    const other = await OAuthTestClient.register(scratch.url, 'https://other.example.org/cb');
    const { refresh_token: token } = await client.tokens(ada, { scope: 'platform:read logs:read' });
    expect((await other.refresh(token)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await client.refresh(token, { scope: 'platform:destroy' })).body).toMatchObject({ error: 'invalid_scope' });
    const narrow = (await client.refresh(token, { scope: 'logs:read' })).body;
    expect(narrow).toMatchObject({ scope: 'logs:read' });
    expect(
      (await client.refresh(narrow.refresh_token as string, { resource: 'https://x.example.org' })).body,
    ).toMatchObject({ error: 'invalid_target' });
  });

  it('is good as long as the connection, however often it is renewed', async () => {
    const { refresh_token: token } = await client.tokens(ada);
    later(29 * 86_400_000);
    const renewed = (await client.refresh(token)).body;
    expect(renewed.refresh_token).toEqual(expect.any(String));
    later(31 * 86_400_000);
    // The registration goes with its last connection.
    expect((await client.refresh(renewed.refresh_token as string)).body.error).toMatch(/^invalid_(grant|client)$/);
  });
});

describe('two replicas on one store', () => {
  /** Every request meets the other instance of the library than the one before; they share nothing but the store. */
  function alternate(): () => number {
    const server = scratch.app.get(AuthorizationServer);
    const first = server.provider();
    const copy: unknown = Object.assign(Object.create(AuthorizationServer.prototype) as object, server, {
      made: undefined,
    });
    const second = (copy as AuthorizationServer).provider();
    let turn = 0;
    jest.spyOn(server, 'provider').mockImplementation(() => (turn++ % 2 === 0 ? first : second));
    return () => turn;
  }

  it('end on one what was begun on the other', async () => {
    const turns = alternate();
    const code = await client.code(ada);
    const tokens = (await client.redeem(code)).body;
    expect(await statusWith(scratch.url, tokens.access_token as string)).toBe(200);
    expect((await client.redeem(code)).body).toMatchObject({ error: 'invalid_grant' });
    expect(await statusWith(scratch.url, tokens.access_token as string)).toBe(401);
    expect(turns()).toBeGreaterThan(5);
  });

  it('give one family where a refresh is raced on both', async () => {
    const { refresh_token: token } = await client.tokens(ada);
    alternate();
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.refresh(token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.refresh_token as string)).size).toBe(1);
  });
});

describe('taking back (RFC 7009)', () => {
  it('S10 S16 ends an access token at once, and its connection with it', async () => {
    const tokens = await client.tokens(ada);
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(200);
    expect((await client.revoke(tokens.access_token)).status).toBe(200);
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(401);
    expect((await client.refresh(tokens.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('S16 ends the connection with its refresh token', async () => {
    const tokens = await client.tokens(ada);
    expect((await client.revoke(tokens.refresh_token)).status).toBe(200);
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(401);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(400);
  });

  it('says the same of tokens that are none, and leaves those of others alone', async () => {
    const other = await OAuthTestClient.register(scratch.url, 'https://other.example.org/cb');
    const tokens = await client.tokens(ada);
    for (const token of ['nonsense', 'a.b.c', tokens.access_token, tokens.refresh_token]) {
      expect((await other.revoke(token)).status).toBe(200);
    }
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(200);
    expect((await post(scratch.url, '/oauth/revoke', { client_id: client.clientId })).status).toBe(400);
    expect((await post(scratch.url, '/oauth/revoke', { token: 'x', client_id: 'nobody' })).status).toBe(401);
  });
});

describe('S10 an access token', () => {
  it.each([
    ['truncated', (token: string) => token.slice(0, -10)],
    ['with another payload', (token: string) => changed(token, 1, { sub: 'admin' })],
    ['unsigned', (token: string) => `${changed(token, 0, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
    ['of another kind', (token: string) => changed(token, 0, { typ: 'JWT' })],
    ['of an unknown key', (token: string) => changed(token, 0, { kid: 'other' })],
    ['of a confused algorithm', (token: string) => changed(token, 0, { alg: 'HS256' })],
  ])('is refused %s', async (_, change) => {
    const { access_token: token } = await client.tokens(ada);
    expect(await statusWith(scratch.url, token)).toBe(200);
    expect(await statusWith(scratch.url, change(token))).toBe(401);
  });

  it('is refused once it has expired, with the challenge that leads to a new one', async () => {
    const { access_token: token } = await client.tokens(ada);
    later(31 * 60_000);
    const { status, headers, body } = await new RestTestClient(scratch.url, token).get('/api/v1/whoami');
    expect([status, (body as { code: string }).code]).toEqual([401, 'token_expired']);
    expect(headers.get('www-authenticate')).toMatch(/error="invalid_token".*resource_metadata="http:/);
  });

  it('S11 is taken from the header alone', async () => {
    const { access_token: token } = await client.tokens(ada);
    expect((await fetch(new URL(`/api/v1/whoami?access_token=${token}`, scratch.url))).status).toBe(401);
  });
});

/** A token with one part replaced; its signature stays what it was. */
function changed(token: string, part: number, change: object): string {
  const parts = token.split('.');
  const data = JSON.parse(Buffer.from(parts[part] ?? '', 'base64url').toString()) as object;
  parts[part] = Buffer.from(JSON.stringify({ ...data, ...change })).toString('base64url');
  return parts.join('.');
}
