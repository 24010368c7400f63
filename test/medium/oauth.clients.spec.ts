import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Clock } from '../../src/platform/clock';
import { Config } from '../../src/platform/config';
import { OAuthSweeper } from '../../src/platform/oauth/oauth-sweeper';
import { PublicFetch } from '../../src/platform/outbound/public-fetch';
import { PublicHosts } from '../../src/platform/outbound/public-hosts';
import { Store } from '../../src/platform/store';
import { RestTestClient } from '../support/clients';
import { furnish } from '../support/furnish';
import { MetadataHost } from '../support/metadata-host';
import { OAuthTestClient, register, statusWith } from '../support/oauth-client';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { Visitor } from '../support/visitor';

const SECRET = 'a-client-secret-that-is-long-enough';
const CI = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

let folder: string;
let scratch: ScratchApp;
let host: MetadataHost;
let actions: Server;
let signing: CryptoKey;
let ada: string;

/** GitHub's issuer of CI tokens cannot be had here: a server with the two documents that are read of it. */
async function startActions(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  signing = privateKey;
  const key = { ...(await exportJWK(publicKey)), kid: 'actions', alg: 'RS256', use: 'sig' };
  actions = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${(actions.address() as AddressInfo).port}`;
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': { keys: [key] },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(documents[request.url ?? '']));
  });
  actions.listen(0, '127.0.0.1');
  await once(actions, 'listening');
  return `http://127.0.0.1:${(actions.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-oauth-'));
  writeFileSync(join(folder, 'secret'), `${SECRET}\n`, { mode: 0o600 });
  host = await MetadataHost.start(join(folder, 'ca'));
  scratch = await ScratchApp.start({
    MCTL_OAUTH_REQUESTS_PER_MINUTE: '100000',
    MCTL_OAUTH_REGISTRATIONS_PER_HOUR: '100000',
    MCTL_OAUTH_MAX_CLIENTS: '8',
    MCTL_OAUTH_CLIENTS: JSON.stringify([
      {
        client_id: 'portal',
        client_name: 'The portal',
        redirect_uris: ['https://portal.example.org/cb'],
        client_secret_file: join(folder, 'secret'),
      },
    ]),
    MCTL_OAUTH_CI_ISSUER: await startActions(),
    MCTL_OAUTH_CI: JSON.stringify([
      {
        name: 'billing-deploys',
        repository: 'acme/billing',
        repository_id: '42',
        ref: 'refs/heads/main',
        team: 'billing',
        role: 'developer',
      },
      {
        name: 'billing-production',
        repository: 'acme/billing',
        environment: 'production',
        team: 'billing',
        role: 'owner',
      },
    ]),
  });
  await furnish(scratch);
  ada = await tokenFor(scratch.dataDir, 'ada');
  scratch.app.get(PublicFetch).ca = host.ca;
});

afterAll(async () => {
  await scratch?.stop();
  await host?.stop();
  actions?.close();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => jest.restoreAllMocks());

const later = (milliseconds: number) => {
  const now = Date.now() + milliseconds;
  jest.spyOn(scratch.app.get(Clock), 'now').mockImplementation(() => new Date(now));
};

const countClients = async () => {
  const query = scratch.app
    .get(Store)
    .db.selectFrom('oauth_clients')
    .select((each) => each.fn.countAll<number>().as('n'));
  return (await query.executeTakeFirstOrThrow()).n;
};

describe('dynamic registration (RFC 7591)', () => {
  it('makes public clients, whatever they ask for, and tells no secret', async () => {
    const { status, body } = await register(scratch.url, {
      client_name: 'Wants a secret\u202e\n',
      redirect_uris: ['http://localhost:1234/cb'],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      client_id: 'portal',
      jwks_uri: 'http://169.254.169.254/keys',
      logo_uri: 'http://169.254.169.254/logo',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native',
      client_name: 'Wants a secret',
    });
    expect(body.client_id).not.toBe('portal');
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['client_secret']));
    expect(JSON.stringify(body)).not.toContain('169.254');
  });

  it('knows a client that registers again', async () => {
    const metadata = { client_name: 'Again', redirect_uris: ['https://again.example.org/cb'] };
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => (await register(scratch.url, metadata)).body.client_id as string),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await register(scratch.url, { ...metadata, client_name: 'Another' })).body.client_id).not.toBe(ids[0]);
  });

  it.each([
    ['no redirect', { redirect_uris: [] }],
    ['a redirect over http', { redirect_uris: ['http://app.example.org/cb'] }],
    ['a private address over http', { redirect_uris: ['http://10.0.0.1/cb'] }],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }],
    ['a document in itself', { redirect_uris: ['data:text/html,x'] }],
    ['a file', { redirect_uris: ['file:///etc/passwd'] }],
    ['a fragment', { redirect_uris: ['https://app.example.org/cb#x'] }],
    ['a user name', { redirect_uris: ['https://app.example.org@evil.example.org/'] }],
    ['a wildcard for a host', { redirect_uris: ['https://*/cb'] }],
    ['text for a list', { redirect_uris: 'https://app.example.org/cb' }],
    [
      'no code',
      { redirect_uris: ['https://app.example.org/cb'], grant_types: ['implicit'], response_types: ['token'] },
    ],
    ['nothing', {}],
    ['a list', []],
  ])('refuses %s, with the code of the RFC', async (_, metadata) => {
    const { status, body } = await register(scratch.url, metadata);
    expect([status, body.error]).toEqual([400, expect.stringMatching(/^invalid_(redirect_uri|client_metadata)$/)]);
    expect(body.error_description.length).toBeGreaterThan(10);
  });

  it('S80 takes so many and no more: those that nobody connected make room, or go after a day, and the others stay', async () => {
    const kept = await OAuthTestClient.register(scratch.url, 'https://kept.example.org/cb');
    const tokens = await kept.tokens(ada);
    const fill = async (run: string) => {
      const statuses: number[] = [];
      for (let i = 0; i < 12; i++) {
        statuses.push((await register(scratch.url, { redirect_uris: [`https://${run}${i}.example.org/cb`] })).status);
      }
      return statuses;
    };
    expect(await fill('a')).toEqual(Array.from({ length: 12 }, () => 201));
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(200);
    expect(await countClients()).toBe(8);
    expect(
      (await register(scratch.url, { client_name: 'Test application', redirect_uris: [kept.redirectUri] })).status,
    ).toBe(201);
    // Somebody uses each of them.
    const add = async (id: string, client: string) =>
      scratch.app
        .get(Store)
        .transaction((transaction) => transaction.insertInto('oauth_connections').values(rowOf(id, client)).execute());
    const all = await scratch.app.get(Store).db.selectFrom('oauth_clients').select('client_id').execute();
    for (const [index, { client_id: id }] of all.entries()) await add(String(index), id);
    const refused = await register(scratch.url, { redirect_uris: ['https://late.example.org/cb'] });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3600']);
    expect(refused.body).toMatchObject({ error: 'temporarily_unavailable' });
    await scratch.app
      .get(Store)
      .transaction((transaction) =>
        transaction.deleteFrom('oauth_connections').where('login', '=', 'nobody').execute(),
      );
    later(25 * 3_600_000);
    expect((await fill('b')).slice(0, 5)).toEqual([201, 201, 201, 201, 201]);
    await scratch.app.get(OAuthSweeper).round();
    expect((await kept.refresh(tokens.refresh_token)).status).toBe(200);
    later(50 * 3_600_000);
    expect((await register(scratch.url, { redirect_uris: ['https://c.example.org/cb'] })).status).toBe(201);
  });
});

describe('a client that the operator has registered', () => {
  const portal = () => new OAuthTestClient(scratch.url, 'portal', 'https://portal.example.org/cb');
  const basic = (secret: string) => ({ Authorization: `Basic ${Buffer.from(`portal:${secret}`).toString('base64')}` });

  it('proves itself, in the header or in the form, and nobody without the secret is it', async () => {
    const form = async () => ({
      grant_type: 'authorization_code',
      code: await portal().code(ada),
      redirect_uri: 'https://portal.example.org/cb',
    });
    const client = portal();
    const code = (change = {}) => client.code(ada, change);
    const redeem = async (more: Record<string, string>, headers = {}) =>
      (
        await client.token(
          {
            grant_type: 'authorization_code',
            code: await code(),
            redirect_uri: client.redirectUri,
            code_verifier: client.proof.verifier,
            ...more,
          },
          headers,
        )
      ).status;
    expect(await redeem({}, basic(SECRET))).toBe(200);
    expect(await redeem({ client_id: 'portal', client_secret: SECRET })).toBe(200);
    expect(await redeem({}, basic('another-secret-of-some-length'))).toBe(401);
    expect(await redeem({ client_id: 'portal' })).toBe(401);
    expect((await form()).code).toEqual(expect.any(String));
  });

  it('needs PKCE as well', async () => {
    const { url } = await new Visitor(scratch.url).get(
      portal().request({ code_challenge: undefined, code_challenge_method: undefined }),
    );
    // The operator vouches for the address, so the client is told.
    expect([url.origin, url.searchParams.get('error')]).toEqual(['https://portal.example.org', 'invalid_request']);
  });

  it('is no client at all while its secret cannot be read', async () => {
    writeFileSync(join(folder, 'secret'), '');
    expect(
      (await portal().token({ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'portal' })).status,
    ).toBe(500);
    writeFileSync(join(folder, 'secret'), SECRET);
  });
});

describe('S13 S36 a client metadata document', () => {
  const client = () => new OAuthTestClient(scratch.url, host.url(), 'https://client.example.org/cb');
  const document = (change: object = {}) => ({
    client_id: host.url(),
    client_name: 'Published',
    redirect_uris: ['https://client.example.org/cb'],
    token_endpoint_auth_method: 'none',
    ...change,
  });
  const onThisMachine = () =>
    jest.spyOn(scratch.app.get(PublicHosts), 'resolve').mockResolvedValue([{ address: '127.0.0.1', family: 4 }]);
  let counter = 0;
  /** A client id that no earlier test has left in the cache. */
  const fresh = () => `/client-${++counter}.json`;

  it('is read once for a while, and the consent page says whose it is', async () => {
    onThisMachine();
    host.serve(document(), { 'cache-control': 'max-age=600' });
    const before = host.requests.length;
    const page = await client().authorize(new Visitor(scratch.url), ada, { prompt: 'consent' });
    expect(page.url.searchParams.get('code')).toEqual(expect.any(String));
    const tokens = await client().tokens(ada);
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(200);
    expect(host.requests.length - before).toBe(1);
    expect(host.requests.at(-1)?.headers).toMatchObject({ accept: 'application/json', 'user-agent': 'mctl' });
    expect(host.requests.at(-1)?.headers.cookie).toBeUndefined();
  });

  it.each([
    ['of another id', () => document({ client_id: 'https://other.example.org/client.json' })],
    ['without redirects', () => document({ redirect_uris: undefined })],
    ['with a redirect over http', () => document({ redirect_uris: ['http://client.example.org/cb'] })],
    ['with a secret', () => document({ client_secret: 'published' })],
    ['that wants a secret', () => document({ token_endpoint_auth_method: 'client_secret_post' })],
    ['that is a list', () => [1]],
    ['that is no JSON', () => '<html>'],
  ])('is refused %s', async (_, made) => {
    onThisMachine();
    const path = fresh();
    const data = made();
    host.serve(
      typeof data === 'object' && !Array.isArray(data) && data.client_id === host.url()
        ? { ...data, client_id: host.url(path) }
        : data,
    );
    const { status, url } = await new Visitor(scratch.url).get(client().request({ client_id: host.url(path) }));
    expect([status, url.origin]).toEqual([400, scratch.url]);
  });

  it.each([
    ['a redirect', (good: object) => host.serve(good, { location: 'https://127.0.0.1/' }, 302)],
    ['another status', (good: object) => host.serve(good, {}, 404)],
    ['another type', (good: object) => host.serve(good, { 'content-type': 'text/html' })],
    ['too much', (good: object) => host.serve({ ...good, padding: 'x'.repeat(70_000) })],
    ['a broken connection', () => (host.handler = (request) => void request.socket.destroy())],
  ])('is not taken where its host answers with %s', async (_, answer) => {
    onThisMachine();
    const path = fresh();
    const ask = async () =>
      (await new Visitor(scratch.url).get(client().request({ client_id: host.url(path) }))).status;
    const good = document({ client_id: host.url(path) });
    answer(good);
    expect(await ask()).toBe(400);
    host.serve(good);
    expect(await ask()).toBe(200);
  });

  it('is not read from a host whose certificate is of nobody we trust', async () => {
    onThisMachine();
    const fetcher = scratch.app.get(PublicFetch);
    fetcher.ca = undefined;
    host.serve(document());
    const { status } = await new Visitor(scratch.url).get(client().request({ client_id: host.url(fresh()) }));
    fetcher.ca = host.ca;
    expect(status).toBe(400);
  });

  it('is never asked of this machine or its network, by whatever name', async () => {
    const before = host.requests.length;
    const names = [
      'localhost',
      '127.0.0.1',
      '127.1',
      '0177.0.0.1',
      '2130706433',
      '0x7f.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '10.0.0.1',
      '169.254.169.254',
      '[fd00::1]',
      '[fe80::1]',
      'ip6-localhost',
    ];
    for (const name of names) {
      const id = `https://${name}:${host.port}/client.json`;
      const { status, text } = await new Visitor(scratch.url).get(client().request({ client_id: id }));
      expect([name, status]).toEqual([name, 400]);
      expect(text).not.toMatch(/ECONN|127\.0\.0\.1:|getaddrinfo/);
    }
    expect(host.requests.length).toBe(before);
  });

  it('is asked at the address that was checked, though the name means another one a moment later', async () => {
    const resolve = onThisMachine();
    const path = fresh();
    host.serve(document({ client_id: host.url(path) }));
    await new Visitor(scratch.url).get(client().request({ client_id: host.url(path) }));
    // The name does not exist at all: only the pinned address can have led there.
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(host.requests.at(-1)?.url).toBe(path);
  });

  it('is not read over http, and not with a user name in its address', async () => {
    const before = host.requests.length;
    for (const id of [
      `http://client.example.org:${host.port}/client.json`,
      `https://user@client.example.org:${host.port}/client.json`,
      `https://client.example.org:${host.port}/a/../client.json`,
    ]) {
      expect((await new Visitor(scratch.url).get(client().request({ client_id: id }))).status).toBe(400);
    }
    expect(host.requests.length).toBe(before);
  });
});

describe('token exchange for CI (RFC 8693)', () => {
  const job = (change: object = {}, audience: string | string[] = scratch.url) =>
    new SignJWT({ repository: 'acme/billing', repository_id: '42', ref: 'refs/heads/main', run_id: '7', ...change })
      .setProtectedHeader({ alg: 'RS256', kid: 'actions' })
      .setIssuer(`http://127.0.0.1:${(actions.address() as AddressInfo).port}`)
      .setAudience(audience)
      .setSubject('repo:acme/billing:ref:refs/heads/main')
      .setIssuedAt()
      .setExpirationTime('exp' in change ? (change.exp as number) : '5m')
      .sign(signing);
  const exchange = (subject_token: string, change: Record<string, string | undefined> = {}) =>
    new OAuthTestClient(scratch.url, 'github-actions', '').token({
      grant_type: CI,
      client_id: 'github-actions',
      subject_token,
      subject_token_type: JWT,
      ...change,
    });

  it('gives a job a short token for the role of its rule, and no refresh token', async () => {
    const { status, body } = await exchange(await job());
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    expect(body.refresh_token).toBeUndefined();
    const ci = new RestTestClient(scratch.url, body.access_token as string);
    expect((await ci.get('/api/v1/whoami')).body).toMatchObject({
      user: 'ci+billing-deploys',
      auth_method: 'ci',
      admin: false,
    });
    const deploy = { team: 'billing', service: 'api', action: 'deploy', image_tag: '2.0.0', wait_seconds: 25 };
    const deployed = await ci.execute('deploy-service', deploy);
    expect(deployed).toMatchObject({ status: 200, body: { operation: { status: 'succeeded' } } });
    expect(body.scope).toBe('platform:write logs:read');
    expect(await ci.execute('delete-tenant', { team: 'billing' })).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    });
    const { body: bold } = await exchange(await job(), { scope: 'platform:destroy' });
    const destroyer = new RestTestClient(scratch.url, bold.access_token as string);
    expect(await destroyer.execute('delete-tenant', { team: 'billing' })).toMatchObject({
      status: 403,
      body: { code: 'role_too_low' },
    });
    expect((await ci.get('/api/v1/tenants/elsewhere')).body).toMatchObject({ code: 'team_not_found' });
  });

  it('gives less where the job asks for less, and nothing where it asks for what there is not', async () => {
    expect((await exchange(await job(), { scope: 'platform:read' })).body).toMatchObject({ scope: 'platform:read' });
    for (const scope of ['platform:reed', 'platform:read everything']) {
      expect(await exchange(await job(), { scope })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    }
  });

  it('lets a job own no team, nor any person bear its login', async () => {
    const { body } = await exchange(await job());
    const ci = new RestTestClient(scratch.url, body.access_token as string);
    expect(await ci.execute('create-tenant', { team: 'of-a-job' })).toMatchObject({
      status: 400,
      body: { code: 'ci_login' },
    });
    await expect(tokenFor(scratch.dataDir, 'CI+billing-deploys')).rejects.toThrow('The user is not a login.');
  });

  it('tells rules apart by environment', async () => {
    const { body } = await exchange(await job({ ref: 'refs/heads/topic', environment: 'production' }));
    expect(
      (await new RestTestClient(scratch.url, body.access_token as string).get('/api/v1/whoami')).body,
    ).toMatchObject({ user: 'ci+billing-production' });
  });

  it.each([
    ['another branch', { ref: 'refs/heads/topic' }],
    ['a tag of the same name', { ref: 'refs/tags/main' }],
    ['another repository', { repository: 'acme/other' }],
    ['a repository that took the name over', { repository_id: '43' }],
    ['another environment', { ref: 'refs/heads/topic', environment: 'staging' }],
  ])('gives nothing to %s', async (_, change) => {
    const { status, body } = await exchange(await job(change));
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    const { repository, ref, environment } = {
      repository: 'acme/billing',
      ref: 'refs/heads/main',
      environment: '',
      ...change,
    };
    expect(body.error_description).toContain(`no rule for repository ${repository}, ref ${ref},`);
    expect(body.error_description).toMatch(environment ? `environment ${environment}` : 'no environment');
  });

  it('gives nothing for a token that was made for somebody else, or is none', async () => {
    const good = await job();
    const [header, payload] = good.split('.');
    for (const token of [
      await job({}, 'https://other.example.org'),
      `${header}.${payload}.AAAA`,
      `${good}x`,
      'nonsense',
      ada,
    ]) {
      expect((await exchange(token)).body).toMatchObject({ error: 'invalid_grant' });
    }
    expect(
      (await exchange(good, { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' })).body,
    ).toMatchObject({ error: 'invalid_request' });
    expect((await exchange(good, { resource: 'https://other.example.org' })).body).toMatchObject({
      error: 'invalid_target',
    });
    expect((await exchange(good, { client_id: 'portal', client_secret: SECRET })).status).toBe(400);
  });

  it('tells the job what is wrong with its token', async () => {
    const why = async (token: string) => (await exchange(token)).body.error_description as string;
    expect(await why(await job({}, 'https://other.example.org'))).toContain(`with audience=${scratch.url}`);
    expect(await why(await job({ exp: 1 }))).toContain('has expired');
    expect(await why(await job({ repository_id: undefined }))).toContain('repository_id is missing');
    expect(await why(`${(await job()).split('.').slice(0, 2).join('.')}.AAAA`)).toContain('is not valid');
    expect(await why(ada)).toContain('the issuer of CI jobs here');
  });

  it('S16 can be taken back, and ends with its rule', async () => {
    const { body } = await exchange(await job());
    const token = body.access_token as string;
    expect(await statusWith(scratch.url, token)).toBe(200);
    const rules = jest.spyOn(scratch.app.get(Config), 'assignedRole').mockReturnValue(undefined);
    expect(await statusWith(scratch.url, token)).toBe(401);
    rules.mockRestore();
    expect(await statusWith(scratch.url, token)).toBe(200);
    await new OAuthTestClient(scratch.url, 'github-actions', '').revoke(token);
    expect(await statusWith(scratch.url, token)).toBe(401);
    const rows = await scratch.app.get(Store).db.selectFrom('oauth_revoked_tokens').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(-40));
  });
});

/** A connection of somebody, as far as its client is concerned. */
function rowOf(id: string, clientId: string) {
  const now = new Date().toISOString();
  const client = { client_id: clientId, client_name: 'x', redirect_host: 'x', scopes: '', person: '' };
  return { id, grant_hash: id, login: 'nobody', ...client, connected_at: now, used_at: now, expires_at: now };
}
