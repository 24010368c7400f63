import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Clock } from '../../src/platform/clock';
import { Config } from '../../src/platform/config';
import { AuthorizationServer } from '../../src/platform/oauth/authorization-server';
import { SignInAttempts } from '../../src/platform/sign-in/sign-in-attempts';
import { Store } from '../../src/platform/store';
import { RestTestClient } from '../support/clients';
import { furnish, PEOPLE } from '../support/furnish';
import { OAuthTestClient, statusWith } from '../support/oauth-client';
import { OldAssistant } from '../support/old-mcp-oauth';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { type Visit, Visitor } from '../support/visitor';

/** What becomes of a person's yes: when it is a connection, what ends it, and what is recorded of both. */
let scratch: ScratchApp;
const MOST = 6;
const MOST_OPEN = 20;

beforeAll(async () => {
  scratch = await ScratchApp.start({
    MCTL_OAUTH_REQUESTS_PER_MINUTE: '100000',
    MCTL_OAUTH_REGISTRATIONS_PER_HOUR: '100000',
    MCTL_OAUTH_MAX_CONNECTIONS: String(MOST),
    MCTL_OAUTH_MAX_OPEN_SIGN_INS: String(MOST_OPEN),
  });
  await furnish(scratch);
});

afterAll(() => scratch?.stop());
afterEach(() => jest.restoreAllMocks());

function later(milliseconds: number): void {
  const now = Date.now() + milliseconds;
  jest.spyOn(scratch.app.get(Clock), 'now').mockImplementation(() => new Date(now));
}

/** A client of its own, and a person who has no other. */
async function fresh(login: string): Promise<{ client: OAuthTestClient; token: string; host: string }> {
  const host = `${login}.example.org`;
  return {
    client: await OAuthTestClient.register(scratch.url, `https://${host}/cb`, { client_name: `Of ${login}` }),
    token: await tokenFor(scratch.dataDir, login),
    host,
  };
}

const connections = async (login: string) =>
  scratch.app.get(Store).db.selectFrom('oauth_connections').selectAll().where('login', '=', login).execute();
const trail = async (login: string) =>
  (
    await scratch.app
      .get(Store)
      .db.selectFrom('audit')
      .select(['event', 'code'])
      .where('actor', '=', login)
      .where('operation', '=', 'oauth-connection')
      .orderBy('seq')
      .execute()
  ).map(({ event, code }) => [event, code].filter(Boolean).join(' '));
const codeAt = ({ url, text }: Visit): string => {
  const code = url.searchParams.get('code');
  if (code === null) throw new Error(`no code at ${url.href} ${text.slice(0, 500)}`);
  return code;
};

describe('two clients that connect at once from one browser', () => {
  it('both get there, in whichever order the person agrees', async () => {
    const token = await tokenFor(scratch.dataDir, 'tabs');
    const [left, right] = [
      await OAuthTestClient.register(scratch.url, 'https://left.example.org/cb'),
      await OAuthTestClient.register(scratch.url, 'https://right.example.org/cb'),
    ];
    const browser = new Visitor(scratch.url);
    await left.code(token, {}, browser);
    for (const order of ['first', 'last']) {
      const tabs = [
        await browser.get(left.request({ prompt: 'consent' })),
        await browser.get(right.request({ prompt: 'consent' })),
      ];
      const clients = [left, right];
      if (order === 'last') [tabs, clients].forEach((list) => list.reverse());
      for (const [index, tab] of tabs.entries()) {
        const code = codeAt(await browser.send(tab, { decision: 'allow' }));
        expect((await clients[index]?.redeem(code))?.status).toBe(200);
      }
    }
  });

  it('both get there though neither page waits for the other', async () => {
    const { client, token } = await fresh('parallel');
    const browser = new Visitor(scratch.url);
    await client.code(token, {}, browser);
    const tabs = await Promise.all([1, 2, 3].map(() => browser.get(client.request({ prompt: 'consent' }))));
    const codes = await Promise.all(tabs.map(async (tab) => codeAt(await browser.send(tab, { decision: 'allow' }))));
    for (const code of codes) expect((await client.redeem(code)).status).toBe(200);
  });
});

describe('a connection', () => {
  it('is there, and recorded, once its code is redeemed, and not before', async () => {
    const { client, token } = await fresh('patient');
    const code = await client.code(token);
    expect([await connections('patient'), await trail('patient')]).toEqual([[], []]);
    expect((await client.redeem(code)).status).toBe(200);
    expect(await connections('patient')).toHaveLength(1);
    expect(await trail('patient')).toEqual(['connected']);
  });

  it('is one, however often Allow is pressed at once', async () => {
    const { client, token } = await fresh('eager');
    const browser = new Visitor(scratch.url);
    await client.code(token, {}, browser);
    const page = await browser.get(client.request({ prompt: 'consent' }));
    const ends = await Promise.all(Array.from({ length: 5 }, () => browser.send(page, { decision: 'allow' })));
    const codes = ends.flatMap(({ url }) => url.searchParams.get('code') ?? []);
    expect(codes).toHaveLength(1);
    for (const code of codes) await client.redeem(code);
    expect(await connections('eager')).toHaveLength(1);
  });

  it('replaces the one before where nobody was asked, and stands beside it where somebody was', async () => {
    const { client, token } = await fresh('silent');
    const browser = new Visitor(scratch.url);
    const first = (await client.redeem(await client.code(token, {}, browser))).body;
    await client.redeem(await client.code(token, {}, browser));
    expect(await connections('silent')).toHaveLength(1);
    expect(await statusWith(scratch.url, first.access_token as string)).toBe(401);
    expect(await trail('silent')).toEqual(['connected', 'disconnected connection_replaced', 'connected']);
    await client.redeem(await client.code(token, { prompt: 'consent' }, browser));
    expect(await connections('silent')).toHaveLength(2);
  });

  it(`ends the one that was not used for longest where a person has ${MOST} others`, async () => {
    const { client, token } = await fresh('many');
    const first = await client.tokens(token, { prompt: 'consent' });
    for (let count = 0; count < MOST; count++) {
      later(1_000 * (count + 1));
      await client.tokens(token, { prompt: 'consent' });
    }
    expect(await connections('many')).toHaveLength(MOST);
    expect((await client.refresh(first.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('the end of a connection is recorded', () => {
  it('where a refresh token came twice, and the person is asked again', async () => {
    const { client, token } = await fresh('robbed');
    const browser = new Visitor(scratch.url);
    const first = (await client.redeem(await client.code(token, {}, browser))).body;
    await client.refresh(first.refresh_token as string);
    later(11_000);
    await Promise.all([1, 2].map(() => client.refresh(first.refresh_token as string)));
    jest.restoreAllMocks();
    expect(await trail('robbed')).toEqual(['connected', 'disconnected refresh_reused']);
    expect((await browser.get(client.request())).text).toContain('name="decision"');
  });

  it('where a code came twice', async () => {
    const { client, token } = await fresh('copied');
    const code = await client.code(token);
    await client.redeem(code);
    await client.redeem(code);
    expect(await trail('copied')).toEqual(['connected', 'disconnected code_reused']);
  });

  it.each(['access_token', 'refresh_token'] as const)('where the client gave its %s back', async (kind) => {
    const login = `leaver-${kind.replace('_', '-')}`;
    const { client, token } = await fresh(login);
    await client.revoke((await client.tokens(token))[kind]);
    expect(await trail(login)).toEqual(['connected', 'disconnected revoked_by_client']);
  });
});

it('a code asked for with one name of loopback is redeemed with another', async () => {
  const { client, token } = await fresh('names');
  const other = `${scratch.url.replace('127.0.0.1', 'localhost')}/mcp`;
  const code = await client.code(token, { resource: `${scratch.url}/mcp` });
  const { status, body } = await client.redeem(code, { resource: other });
  expect([status, body.error]).toEqual([200, undefined]);
  expect((await client.refresh(body.refresh_token as string, { resource: other })).status).toBe(200);
});

it('a state is at most 2 KB: it is kept while somebody signs in', async () => {
  const { client } = await fresh('long');
  const begin = async (length: number) =>
    (await new Visitor(scratch.url).get(client.request({ state: 's'.repeat(length) }))).url;
  expect((await begin(2_048)).pathname).toBe('/sign-in');
  expect((await begin(2_049)).pathname).toBe('/oauth/authorize');
});

describe('beyond what is kept', () => {
  const rows = async (table: 'oauth_objects' | 'sign_in_attempts') => {
    const query = scratch.app
      .get(Store)
      .db.selectFrom(table)
      .select((each) => each.fn.countAll<number>().as('count'));
    const found = table === 'oauth_objects' ? query.where('kind' as never, '=', 'Interaction' as never) : query;
    return (await found.executeTakeFirstOrThrow()).count;
  };

  it('requests to connect that strangers began make room for new ones', async () => {
    const { client, token } = await fresh('crowd');
    for (let count = 0; count < MOST_OPEN + 5; count++) await new Visitor(scratch.url).get(client.request());
    expect(await rows('oauth_objects')).toBe(MOST_OPEN);
    expect((await client.tokens(token)).access_token).toEqual(expect.any(String));
  });

  it('ways to an identity provider do so, too', async () => {
    const attempts = scratch.app.get(SignInAttempts);
    const begun = [];
    for (let count = 0; count < MOST_OPEN + 5; count++) {
      later(count * 1_000);
      begun.push((await attempts.begin('oidc', 'a-visit', '/')).state);
    }
    expect(await rows('sign_in_attempts')).toBe(MOST_OPEN);
    expect(await attempts.end('oidc', 'a-visit', begun.at(0) ?? '')).toBeUndefined();
    expect(await attempts.end('oidc', 'a-visit', begun.at(-1) ?? '')).toMatchObject({ to: '/' });
  });
});

describe('MCTL_OAUTH_KEY_GENERATION', () => {
  /** As the program would be after a restart with another setting. */
  const refreshAt = async (generation: number, token: string, client: OAuthTestClient) => {
    const { values } = scratch.app.get(Config);
    const before = values.oauthKeyGeneration;
    const server = scratch.app.get(AuthorizationServer);
    Object.assign(values, { oauthKeyGeneration: generation });
    Object.assign(server, { made: undefined });
    try {
      return await client.refresh(token);
    } finally {
      Object.assign(values, { oauthKeyGeneration: before });
      Object.assign(server, { made: undefined });
    }
  };

  it('raised by one leaves refresh tokens good, raised by two it voids them', async () => {
    const { client, token } = await fresh('rotated');
    const { refresh_token: first } = await client.tokens(token);
    expect((await refreshAt(3, first, client)).body).toMatchObject({ error: 'invalid_grant' });
    const second = (await refreshAt(2, first, client)).body.refresh_token as string;
    expect((await refreshAt(3, second, client)).status).toBe(200);
  });
});

describe('a client that needs more than it has', () => {
  const deploy = { team: 'billing', service: 'api', replicas: 2, dry_run: true };

  it('is told all of it, and what it has already: some put it in the place of what they had', async () => {
    const owner = await tokenFor(scratch.dataDir, PEOPLE.owner);
    const { client } = await fresh('wider');
    const tokens = await client.tokens(owner, { scope: 'platform:read logs:read' });
    const { headers } = await new RestTestClient(scratch.url, tokens.access_token).execute('scale-service', deploy);
    expect(headers.get('www-authenticate')).toContain('scope="platform:read logs:read service:config"');
  });

  it('as the official client of before, without a refresh token, gets from reading to writing and keeps both', async () => {
    const owner = await tokenFor(scratch.dataDir, PEOPLE.owner);
    const assistant = new OldAssistant(scratch.url);
    await assistant.connect((url) => agree(url, owner));
    await assistant.call('mctl_whoami', {});
    await expect(assistant.call('mctl_scale_service', deploy)).rejects.toThrow(UnauthorizedError);
    expect(assistant.asked?.searchParams.get('scope')?.split(' ').sort()).toEqual(['platform:read', 'service:config']);
    await assistant.connect((url) => agree(url, owner));
    await assistant.call('mctl_scale_service', deploy);
    await assistant.call('mctl_get_tenant', { team: 'billing' });
    await assistant.close();
  });
});

/** What the person does in a browser. @returns the code. */
async function agree(url: URL, token: string): Promise<string> {
  const browser = new Visitor(scratch.url);
  const helper = new OAuthTestClient(scratch.url, '', '');
  jest.spyOn(helper, 'request').mockReturnValue(url.pathname + url.search);
  return codeAt(await helper.authorize(browser, token));
}
