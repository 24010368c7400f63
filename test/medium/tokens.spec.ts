import { createHmac, createPublicKey } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { JWTPayload } from 'jose';
import { bearer } from '../support/doors';
import { allKinds, ask, BOTH_DOORS, localToken, PUBLIC_URL, type Verdict, WHOAMI } from '../support/identities';
import { Program } from '../support/program';
import { githubToken, TestGithub } from '../support/test-github-identities';
import { TestOidc } from '../support/test-oidc';

let oidc: TestOidc;
let github: TestGithub;
let program: Program;

beforeAll(async () => {
  [oidc, github] = await Promise.all([TestOidc.start(), TestGithub.start()]);
  program = await Program.start({
    env: { ...allKinds(oidc.issuer, github.url), MCTL_AUTH_FAILURES_PER_MINUTE: '100000' },
  });
});

afterAll(async () => {
  await program?.dispose();
  await Promise.all([oidc?.stop(), github?.stop()]);
});

const METADATA = {
  REST: `${PUBLIC_URL}/.well-known/oauth-protected-resource`,
  MCP: `${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp`,
};
const now = (): number => Math.floor(Date.now() / 1000);
const good = (more: JWTPayload = {}): JWTPayload => ({
  iss: oidc.issuer,
  sub: 'subject-of-root',
  aud: 'mctl',
  iat: now(),
  exp: now() + 600,
  preferred_username: 'root',
  ...more,
});

describe.each(BOTH_DOORS)('over %s', (door) => {
  const as = (token: string): Promise<Verdict> => ask(door, program.url, token);

  describe('lets in', () => {
    it('a local token', async () => {
      const { status, body } = await as(await localToken(program.dataDir, 'root'));
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({ user: 'root', auth_method: 'local', admin: true, expires_at: expect.any(String) }),
      ]);
    });

    it.each([
      ['an access token, RS256', { alg: 'RS256' }],
      ['an access token, ES256', { alg: 'ES256' }],
      ['an id token for the portal', { kind: 'id' }],
    ] as const)('%s of the issuer, under its prefix', async (_, how) => {
      const { status, body } = await as(await oidc.token({ login: 'ada', ...how }));
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({ user: 'dex.ada', auth_method: 'oidc', admin: false, expires_at: expect.any(String) }),
      ]);
    });

    it.each(['ghp_', 'github_pat_', 'gho_', 'ghu_'])('a GitHub token %s', async (prefix) => {
      const token = githubToken('ada', prefix);
      github.people.set(token, { login: 'ada', expires: '2099-12-31 23:59:59 UTC' });
      const { status, body } = await as(token);
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({
          user: 'ada',
          auth_method: 'github',
          admin: false,
          expires_at: '2099-12-31T23:59:59.000Z',
          warnings: [],
        }),
      ]);
    });

    it('a token under the scheme in any case', async () => {
      const token = await oidc.token({ login: 'ada' });
      expect((await WHOAMI[door](program.url, { Authorization: `bearer ${token}` })).status).toBe(200);
    });
  });

  it('S10 refuses every JWT of the issuer that is not a credential for us, with where to get one', async () => {
    const forge = (claims: JWTPayload, header: Record<string, unknown> = {}) => oidc.forge(good(claims), header);
    const [header = '', payload = '', signature = ''] = (await forge({})).split('.');
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const publicPem = createPublicKey({ key: oidc.key() as never, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const hmac = (secret: string | Buffer): string => {
      const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: oidc.key().kid })}.${payload}`;
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    };
    const without = (claim: string) => forge({ [claim]: undefined });
    const forged: Record<string, string> = {
      expired: await forge({ iat: now() - 7200, exp: now() - 60 }),
      'not valid yet': await forge({ nbf: now() + 300 }),
      'issued in the future': await forge({ iat: now() + 300, exp: now() + 900 }),
      'of another issuer': await forge({ iss: 'https://elsewhere.example' }),
      'of the issuer with a slash more': await forge({ iss: `${oidc.issuer}/` }),
      'for another audience': await oidc.token({ login: 'root', audience: 'elsewhere' }),
      'an id token for another client': await oidc.token({ login: 'root', kind: 'id', client: 'elsewhere' }),
      'for an audience that ours begins': await forge({ aud: 'mctl2' }),
      'for many, issued to a stranger': await forge({ aud: ['mctl', 'elsewhere'], azp: 'elsewhere' }),
      'for many, issued to nobody': await forge({ aud: ['mctl', 'elsewhere'] }),
      'with algorithm none': `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      'with algorithm none and a signature': `${encode({ alg: 'none' })}.${payload}.${signature}`,
      'signed with the public key as HS256 secret': hmac(String(publicPem)),
      'signed with the modulus as HS256 secret': hmac(Buffer.from(oidc.key().n ?? '', 'base64url')),
      'under a key of another algorithm': `${encode({ alg: 'ES256', typ: 'at+jwt', kid: oidc.key().kid })}.${payload}.${signature}`,
      'of an unknown key': await forge({}, { kid: 'nobody-knows-me' }),
      'with a key of its own': await forge({}, { jwk: { kty: 'RSA', n: oidc.key().n, e: 'AQAB' }, kid: 'own' }),
      'with a key at another address': await forge({}, { jku: 'https://attacker.example/keys', kid: 'own' }),
      'with another payload': `${header}.${encode(good({ preferred_username: 'admin' }))}.${signature}`,
      truncated: `${header}.${payload}.${signature.slice(0, 40)}`,
      'without a signature': `${header}.${payload}.`,
      'a logout token': await forge({}, { typ: 'logout+jwt' }),
      'an event': await forge({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
      'a refresh token of Keycloak': await forge({ typ: 'Refresh' }, { typ: 'JWT' }),
      'without a subject': await without('sub'),
      'without an expiry': await without('exp'),
      'without an issue date': await without('iat'),
      'without an audience': await without('aud'),
      'without a login': await without('preferred_username'),
      'with a login that is none': await forge({ preferred_username: 'root\nOperation-Id: 1' }),
      'with a list of logins': await forge({ preferred_username: ['root'] }),
      'with an empty login': await forge({ preferred_username: '' }),
      'with a critical header': await forge({}, { crit: ['exp'] }).catch(
        () => `${encode({ alg: 'RS256', crit: ['x'], x: 1 })}.${payload}.${signature}`,
      ),
    };
    for (const [what, token] of Object.entries(forged)) {
      const { status, code, challenge } = await as(token);
      expect([what, status, code]).toEqual([what, 401, what === 'expired' ? 'token_expired' : 'invalid_token']);
      expect(challenge).toMatch(
        /^Bearer realm="mctl", error="invalid_token", error_description="[^"\\]+", scope="openid profile", /,
      );
      expect(challenge).toContain(`resource_metadata="${METADATA[door]}"`);
    }
  });

  it('S10 refuses what is no credential at all, or of a kind that nobody knows', async () => {
    const installation = githubToken('app', 'ghs_');
    github.people.set(installation, { login: 'app[bot]', type: 'Bot' });
    const bot = githubToken('bot', 'ghu_');
    github.people.set(bot, { login: 'dependabot', type: 'Bot' });
    const asked = github.requests.length;
    const refused: Record<string, [token: string, message: RegExp]> = {
      garbage: ['let-me-in', /no kind/],
      'three dots': ['...', /no kind/],
      'a token too long': ['a'.repeat(9_000), /too long/],
      'an installation token': [installation, /belongs to a GitHub App/],
      'a refresh token': [githubToken('ada', 'ghr_'), /refresh token/],
      'a token cut short': ['ghp_abc', /cut short/],
    };
    for (const [what, [token, message]] of Object.entries(refused)) {
      expect([what, await as(token)]).toEqual([
        what,
        expect.objectContaining({
          status: 401,
          code: 'invalid_token',
          challenge: expect.stringContaining('invalid_token'),
        }),
      ]);
      expect((await as(token)).body.message).toMatch(message);
    }
    // Nobody was asked about what can belong to no user.
    expect(github.requests).toHaveLength(asked);
    expect((await as(githubToken('nobody'))).body.message).toMatch(/does not know this token/);
    expect((await as(bot)).body.message).toMatch(/no person/);
  });

  it('S10 refuses a revoked GitHub token that nobody has seen yet', async () => {
    const token = githubToken(`gone${door}`);
    expect((await as(token)).code).toBe('invalid_token');
  });

  it('S11 takes no token from a query string', async () => {
    const token = await oidc.token({ login: 'root' });
    const path = door === 'MCP' ? '/mcp' : '/api/v1/whoami';
    const response = await fetch(new URL(`${path}?access_token=${token}`, program.url), {
      method: door === 'MCP' ? 'POST' : 'GET',
      headers: { 'Content-Type': 'application/json' },
      ...(door === 'MCP' && { body: '{}' }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="mctl", scope="openid profile", resource_metadata="${METADATA[door]}"`,
    );
    expect(program.log.join('\n')).not.toContain(token.slice(-40));
  });

  it('refuses two Authorization headers, whichever is good', async () => {
    const token = await oidc.token({ login: 'ada' });
    for (const pair of [
      [`Bearer ${token}`, 'Bearer other'],
      ['Bearer other', `Bearer ${token}`],
      [`Bearer ${token}`, `Bearer ${token}`],
    ]) {
      expect(await rawStatus(door === 'MCP' ? '/mcp' : '/api/v1/whoami', pair)).toBe(401);
    }
    expect(await rawStatus(door === 'MCP' ? '/mcp' : '/api/v1/whoami', [`Bearer ${token}, Bearer ${token}`])).toBe(401);
  });

  it('S43 says nothing of the token or of addresses inside', async () => {
    const token = await oidc.forge(good({ aud: 'elsewhere', canary: 'canary-claim' }));
    const { text, challenge } = await as(token);
    expect(text + challenge).not.toMatch(/canary|127\.0\.0\.1/);
    expect(text).not.toContain(token.slice(-40));
  });

  it('S87 forgives half a minute between the clocks and not five', async () => {
    const at = (seconds: number) => oidc.forge(good({ iat: now() - 600, exp: now() + seconds }));
    expect((await as(await at(-15))).status).toBe(200);
    expect((await as(await at(-45))).status).toBe(401);
    expect((await as(await oidc.forge(good({ iat: now() + 300, exp: now() + 600 })))).status).toBe(401);
  });
});

/** `fetch` would join them into one. */
function rawStatus(path: string, authorization: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(program.url);
  return new Promise((resolve, reject) => {
    const method = path === '/mcp' ? 'POST' : 'GET';
    const sent = httpRequest({ hostname, port, path, method }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    if (method === 'POST') sent.setHeader('Content-Type', 'application/json');
    sent.setHeader('Authorization', authorization.length === 1 ? (authorization[0] ?? '') : [...authorization]);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

describe('namespaces of logins', () => {
  it('keep people of two providers apart, administrators above all', async () => {
    const token = githubToken('root');
    github.people.set(token, { login: 'Root' });
    const impostor = githubToken('impostor');
    github.people.set(impostor, { login: 'dex-root' });
    const dex = await ask('REST', program.url, await oidc.token({ login: 'root' }));
    expect(dex.body).toMatchObject({ user: 'dex.root', admin: true });
    // `root` is in MCTL_ADMINS as well: whoever writes a bare name there means GitHub's.
    expect((await ask('REST', program.url, token)).body).toMatchObject({ user: 'Root', admin: true });
    expect((await ask('REST', program.url, impostor)).body).toMatchObject({ user: 'dex-root', admin: false });
    expect((await ask('REST', program.url, await oidc.token({ login: 'dex.root' }))).body).toMatchObject({
      user: 'dex.dex.root',
      admin: false,
    });
  });
});

describe('protected resource metadata', () => {
  it.each([
    ['', PUBLIC_URL],
    ['/mcp', `${PUBLIC_URL}/mcp`],
  ])('at the well-known path%s names %s and who gives out tokens', async (suffix, resource) => {
    const response = await fetch(new URL(`/.well-known/oauth-protected-resource${suffix}`, program.url));
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    expect(await response.json()).toEqual({
      resource,
      authorization_servers: [oidc.issuer],
      scopes_supported: ['openid', 'profile'],
      bearer_methods_supported: ['header'],
      resource_name: 'MCTL',
    });
  });

  it('says the same whatever a proxy claims', async () => {
    const headers = { 'X-Forwarded-Host': 'attacker.example', 'X-Forwarded-Proto': 'http', Forwarded: 'host=attacker' };
    const response = await fetch(new URL('/.well-known/oauth-protected-resource', program.url), { headers });
    expect(((await response.json()) as { resource: string }).resource).toBe(PUBLIC_URL);
    const challenge = (await WHOAMI.REST(program.url, headers)).challenge;
    expect(challenge).toContain(METADATA.REST);
  });
});

describe('readyz?verbose', () => {
  it('knows administrators of every kind, and refuses what it does not know', async () => {
    const verbose = async (token: string) =>
      fetch(new URL('/readyz?verbose', program.url), { headers: bearer(token) }).then(async (response) => [
        response.status,
        'problems' in ((await response.json()) as object),
      ]);
    expect(await verbose(await oidc.token({ login: 'root' }))).toEqual([200, true]);
    expect(await verbose(await oidc.token({ login: 'ada' }))).toEqual([200, false]);
    expect(await verbose('garbage')).toEqual([401, false]);
  });
});

describe('metrics', () => {
  it('count refusals by kind and code, and questions to providers', async () => {
    const text = await (await fetch(new URL('/metrics', program.url))).text();
    expect(text).toMatch(/mctl_auth_failures_total\{kind="oidc-token",code="token_expired"\} [1-9]/);
    expect(text).toMatch(/mctl_auth_failures_total\{kind="unknown",code="invalid_token"\} [1-9]/);
    expect(text).toMatch(/mctl_identity_requests_total\{provider="github",outcome="401"\} [1-9]/);
    expect(text).toMatch(/mctl_identity_requests_total\{provider="oidc",outcome="ok"\} [1-9]/);
  });
});
