import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '../../src/platform/clock';
import { Config } from '../../src/platform/config';
import { Store } from '../../src/platform/store';
import { RestTestClient } from '../support/clients';
import { done, signedIn } from '../support/furnish';
import { GithubWeb } from '../support/github-web';
import { OAuthTestClient, signIn, statusWith } from '../support/oauth-client';
import { ScratchApp } from '../support/scratch-app';
import { SignInProvider } from '../support/sign-in-provider';
import { TestGithub } from '../support/test-github-identities';
import { tokenFor } from '../support/tokens';
import { type Visit, Visitor } from '../support/visitor';

const GITHUB_TOKEN = 'gho_canarySignIn0123456789abcdefghijklmno';

let folder: string;
let scratch: ScratchApp;
let upstream: SignInProvider;
let github: TestGithub;
let web: GithubWeb;
let client: OAuthTestClient;
let ada: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-sign-in-'));
  writeFileSync(join(folder, 'oidc'), 'secret-of-mctl-at-the-provider');
  writeFileSync(join(folder, 'github'), 'secret-of-mctl-at-github');
  [upstream, github, web] = await Promise.all([SignInProvider.start(), TestGithub.start(), GithubWeb.start()]);
  github.people.set(GITHUB_TOKEN, { login: 'Grace', teams: ['acme/platform'] });
  github.behave = (path) => (path.startsWith('/applications/') ? { status: 204 } : undefined);
  scratch = await ScratchApp.start({
    MCTL_ADMINS: 'admin',
    MCTL_OAUTH_REQUESTS_PER_MINUTE: '100000',
    MCTL_OIDC_ISSUERS: JSON.stringify([
      {
        issuer: upstream.issuer,
        audiences: ['mctl'],
        loginClaim: 'preferred_username',
        loginPrefix: 'acme.',
        groupsClaim: 'groups',
      },
    ]),
    MCTL_SIGN_IN_OIDC_ISSUER: upstream.issuer,
    MCTL_SIGN_IN_OIDC_CLIENT_ID: 'mctl',
    MCTL_SIGN_IN_OIDC_CLIENT_SECRET_FILE: join(folder, 'oidc'),
    MCTL_SIGN_IN_OIDC_NAME: 'Acme ID',
    MCTL_SIGN_IN_GITHUB_CLIENT_ID: 'Iv23test',
    MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE: join(folder, 'github'),
    MCTL_GITHUB_URL: web.url,
    MCTL_GITHUB_API_URL: github.url,
  });
  await upstream.serve(`${scratch.url}/sign-in/oidc/callback`);
  const admin = await signedIn(scratch, 'admin');
  await done(admin, 'create-tenant', { team: 'billing', github_teams: [{ team: 'acme/platform', role: 'developer' }] });
  client = await OAuthTestClient.register(scratch.url);
  ada = await tokenFor(scratch.dataDir, 'ada', 7 * 86_400_000);
});

afterAll(async () => {
  await scratch?.stop();
  await Promise.all([upstream?.stop(), github?.stop(), web?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => (web.token = GITHUB_TOKEN));
afterEach(() => jest.restoreAllMocks());

const later = (milliseconds: number) => {
  const now = Date.now() + milliseconds;
  jest.spyOn(scratch.app.get(Clock), 'now').mockImplementation(() => new Date(now));
};
const visitor = () => new Visitor(scratch.url, [upstream.issuer, web.url]);
const linkTo = (page: Visit, provider: string) =>
  new RegExp(`href="(/sign-in/${provider}[^"]*)"`).exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';

/** Through the pages of the provider, as whoever. */
async function throughOidc(browser: Visitor, page: Visit, login: string): Promise<Visit> {
  let next = await browser.get(linkTo(page, 'oidc'));
  while (next.url.origin === upstream.issuer) {
    next = await browser.send(next, next.text.includes('name="login"') ? { login, password: 'x' } : {});
  }
  return next;
}

async function tokensOf(visit: Visit): Promise<{ access_token: string; refresh_token: string }> {
  const { body } = await client.redeem(visit.url.searchParams.get('code') ?? '');
  return body as { access_token: string; refresh_token: string };
}

describe('signing in', () => {
  it('offers what is configured, and nothing else', async () => {
    const page = await visitor().get(client.request());
    expect(page.text).toContain('Continue with GitHub');
    expect(page.text).toContain('Continue with Acme ID');
    expect(page.text).toContain('Your MCTL token');
    for (const unknown of ['/sign-in/gitlab', '/sign-in/github/other']) {
      expect((await visitor().get(unknown)).status).toBe(404);
    }
  });

  it('with OpenID Connect, through a real provider: logins have its prefix, its groups count', async () => {
    const browser = visitor();
    const consent = await throughOidc(browser, await browser.get(client.request()), 'linus');
    expect(consent.text).toContain('acme.linus');
    const tokens = await tokensOf(await browser.send(consent, { decision: 'allow' }));
    const { body } = await new RestTestClient(scratch.url, tokens.access_token).get('/api/v1/whoami');
    expect(body).toMatchObject({
      user: 'acme.linus',
      auth_method: 'oauth',
      teams: [{ name: 'billing', role: 'developer' }],
    });
  });

  it('with GitHub: the token is asked once who it belongs to, and given back', async () => {
    const browser = visitor();
    const consent = await browser.get(linkTo(await browser.get(client.request()), 'github'));
    expect(consent.text).toContain('Grace');
    const tokens = await tokensOf(await browser.send(consent, { decision: 'allow' }));
    const { body } = await new RestTestClient(scratch.url, tokens.access_token).get('/api/v1/whoami');
    expect(body).toMatchObject({ user: 'Grace', teams: [{ name: 'billing', role: 'developer' }] });
    expect(github.count('/user')).toBe(1);
    expect(github.requests.some(({ path }) => path === '/applications/Iv23test/token')).toBe(true);
  });

  it('S16 asks people whose teams were read long ago to sign in again', async () => {
    const browser = visitor();
    const consent = await browser.get(linkTo(await browser.get(client.request({ prompt: 'consent' })), 'github'));
    const tokens = await tokensOf(await browser.send(consent, { decision: 'allow' }));
    later(8 * 3_600_000 + 1_000);
    expect((await client.refresh(tokens.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
    const local = await client.tokens(ada);
    later(9 * 3_600_000);
    expect((await client.refresh(local.refresh_token)).status).toBe(200);
  });

  it('S16 takes no browser for signed in whose teams were read long ago: its next connection would begin without them', async () => {
    const browser = visitor();
    await browser.get(linkTo(await browser.get('/sign-in'), 'github'));
    const start = Date.now();
    for (const hours of [1.9, 3.8, 5.7, 7.6]) {
      later(hours * 3_600_000 - (Date.now() - start));
      expect((await browser.get('/connections')).text).toContain('Your connections');
    }
    later(8 * 3_600_000 + 1_000);
    expect((await browser.get('/connections')).text).toContain('Sign in to MCTL');
    expect((await browser.get(client.request())).text).toContain('Sign in to MCTL');
  });

  it('S16 ends for whoever came by a way that the operator has closed since', async () => {
    const tokens = await client.tokens(ada);
    const browser = visitor();
    await signIn(browser, await browser.get('/sign-in'), ada);
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(200);
    jest.spyOn(scratch.app.get(Config), 'signInWays', 'get').mockReturnValue(['github', 'oidc']);
    expect(await statusWith(scratch.url, tokens.access_token)).toBe(401);
    expect((await client.refresh(tokens.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await browser.get('/connections')).text).toContain('Sign in to MCTL');
  });

  it('S15 lets nobody in where GitHub does not answer, refuses, or the person says no', async () => {
    const attempt = async () => {
      const browser = visitor();
      return browser.get(linkTo(await browser.get('/sign-in'), 'github'));
    };
    web.token = undefined;
    expect(await attempt()).toMatchObject({ status: 401, text: expect.stringContaining('did not allow') });
    web.token = 'gho_unknown';
    expect(await attempt()).toMatchObject({ status: 401 });
    web.token = GITHUB_TOKEN;
    const before = github.behave;
    github.behave = (path) => (path === '/user' ? 'drop' : before(path));
    expect(await attempt()).toMatchObject({ status: 503 });
    github.behave = before;
  });

  it('with a local token, which must be good', async () => {
    const browser = visitor();
    const page = await browser.get(client.request({ prompt: 'consent' }));
    const wrong = await browser.send(page, { credential: `${ada}x` });
    expect([wrong.status, wrong.text.includes('That did not work')]).toEqual([403, true]);
    expect(wrong.text).not.toContain(ada);
    const counted = await (await fetch(new URL('/metrics', scratch.url))).text();
    expect(counted).toMatch(/mctl_auth_failures_total\{kind="local-token",code="invalid_token"\} 1/);
    expect((await signIn(browser, wrong, ada)).text).toContain('Let Test application use MCTL as you?');
  });
});

describe('S17 a return from a provider', () => {
  const startAt = async (browser: Visitor) => {
    const response = await fetch(new URL(linkTo(await browser.get('/sign-in'), 'github'), scratch.url), {
      redirect: 'manual',
      headers: { Cookie: [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ') },
    });
    return new URL(response.headers.get('location') ?? '').searchParams.get('state') ?? '';
  };
  const back = (state: string, provider = 'github') => `/sign-in/${provider}/callback?code=x&state=${state}`;

  it('counts once, in the browser that began it, at its own provider, within ten minutes', async () => {
    const browser = visitor();
    const other = visitor();
    await other.get('/sign-in');
    expect((await other.get(back(await startAt(browser)))).text).toContain('begun in another browser');
    expect((await browser.get(back(await startAt(browser), 'oidc'))).text).toContain('expired');
    const state = await startAt(browser);
    expect((await browser.get(back(state))).text).toContain('did not succeed');
    expect((await browser.get(back(state))).text).toContain('expired, was used');
    const late = await startAt(browser);
    later(601_000);
    expect((await browser.get(back(late))).text).toContain('expired, was used');
  });

  it.each(['', 'nonsense', 'x'.repeat(43), "' or 1=1 --"])('with state %j leads nowhere', async (state) => {
    expect((await visitor().get(back(encodeURIComponent(state)))).status).toBe(401);
  });
});

describe('where a sign-in leads', () => {
  it.each([
    'https://evil.example.org',
    '//evil.example.org',
    '/\\evil.example.org',
    '/connections/../../evil',
    'javascript:alert(1)',
    '/sign-in/out',
    '/connections?x',
    '',
  ])('is one of our own pages, not %j', async (to) => {
    const browser = visitor();
    const page = await browser.get(`/sign-in?to=${encodeURIComponent(to)}`);
    const signed = await browser.send(page, { credential: ada, to });
    expect(signed.text).toContain('content="0; url=/connect"');
  });
});

describe('the session of a browser', () => {
  const cookieOf = (browser: Visitor) => browser.cookies.get('mctl_session')?.value ?? '';
  const enter = async (browser = visitor()) => {
    await signIn(browser, await browser.get('/sign-in'), ada);
    return browser;
  };

  it('S17 is a new one at each sign-in: what was planted before is worth nothing', async () => {
    const browser = visitor();
    const planted = 'p'.repeat(43);
    browser.cookies.set('mctl_session', { value: planted, path: '/' });
    await enter(browser);
    expect(cookieOf(browser)).toMatch(/^[\w-]{43}$/);
    expect(cookieOf(browser)).not.toBe(planted);
    const first = cookieOf(browser);
    await enter(browser);
    expect(cookieOf(browser)).not.toBe(first);
    const thief = visitor();
    thief.cookies.set('mctl_session', { value: first, path: '/' });
    expect((await thief.get('/connections')).text).toContain('Sign in to MCTL');
  });

  it('is kept from scripts and other sites', async () => {
    const lines = (await enter()).setCookies.filter((line) => line.startsWith('mctl_session='));
    expect(lines).toEqual([expect.stringMatching(/; Path=\/; .*HttpOnly; SameSite=Lax$/)]);
  });

  it('ends when nobody uses it for two hours, and after twelve in any case', async () => {
    const browser = await enter();
    const isIn = async () => (await browser.get('/connections')).text.includes('Your connections');
    expect(await isIn()).toBe(true);
    later(3_600_000);
    expect(await isIn()).toBe(true);
    later(2.9 * 3_600_000);
    expect(await isIn()).toBe(true);
    later(5 * 3_600_000);
    expect(await isIn()).toBe(false);
    const other = await enter();
    for (let hours = 1; hours < 12; hours++) {
      later((5 + hours) * 3_600_000);
      expect((await other.get('/connections')).text).toContain('Your connections');
    }
    later(17.1 * 3_600_000);
    expect((await other.get('/connections')).text).not.toContain('Your connections');
  });

  it('ends at a sign-out, here and for whoever copied the cookie', async () => {
    const browser = await enter();
    const copy = visitor();
    copy.cookies.set('mctl_session', { value: cookieOf(browser), path: '/' });
    const page = await browser.get('/connections');
    expect(
      (
        await browser.send(
          { ...page, form: () => ({ ...page.form([]), action: '/sign-in/out', fields: { form: 'x' } }) },
          {},
        )
      ).status,
    ).toBe(403);
    const out =
      /action="\/sign-in\/out">\s*<input type="hidden" name="form" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
    await browser.send({ ...page, form: () => ({ action: '/sign-in/out', fields: { form: out } }) }, {});
    expect(browser.cookies.has('mctl_session')).toBe(false);
    expect((await copy.get('/connections')).text).toContain('Sign in to MCTL');
  });
});

describe('consent', () => {
  const askedAs = async (
    token = ada,
    change: Record<string, string | undefined> = { prompt: 'consent' },
    who = client,
  ) => {
    const browser = visitor();
    return { browser, page: await signIn(browser, await browser.get(who.request(change)), token) };
  };

  it('names the client, where the access goes, the scopes and the person, in words', async () => {
    const { page } = await askedAs(ada, { scope: 'platform:read logs:read', prompt: 'consent' });
    for (const text of [
      'Test application',
      'app.example.org',
      'Read logs of services',
      '<strong>ada</strong>',
      'Nobody has checked',
    ]) {
      expect(page.text).toContain(text);
    }
    const native = await OAuthTestClient.register(scratch.url, 'http://127.0.0.1:1234/cb', {
      client_name: '<script>alert(1)</script>',
    });
    const warned = (await askedAs(ada, {}, native)).page.text;
    expect(warned).toContain('this computer');
    expect(warned).not.toContain('<script>');
  });

  it('cannot be framed, scripted, cached or referred from', async () => {
    const { page } = await askedAs();
    const { headers } = page;
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${/sha256-([^']*)/.exec(headers.get('content-security-policy') ?? '')?.[1]}'; form-action 'self' https://app.example.org; frame-ancestors 'none'; base-uri 'none'`,
    );
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.text).not.toMatch(/<script|<img|<iframe|\son[a-z]+=/);
  });

  it('is asked for by its own page alone', async () => {
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example.org', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ];
    for (const headers of foreign) {
      const { browser, page } = await askedAs();
      expect((await browser.send(page, { decision: 'allow' }, headers)).status).toBe(403);
    }
    const { browser, page } = await askedAs();
    expect((await browser.send(page, { decision: 'allow', form: 'forged' })).status).toBe(403);
    const other = await askedAs(await tokenFor(scratch.dataDir, 'mallory'));
    expect(
      (await browser.send(page, { decision: 'allow', form: other.page.form(['decision']).fields.form ?? '' })).status,
    ).toBe(403);
  });

  it('of somebody else cannot be given: a link to their step leads nowhere', async () => {
    const { page } = await askedAs();
    const { browser: mallory } = await askedAs(await tokenFor(scratch.dataDir, 'mallory'));
    expect((await mallory.get(page.url.pathname)).status).toBe(404);
    const own = mallory.cookies.get('mctl_oauth_interaction')?.value ?? '';
    const signature = mallory.cookies.get('mctl_oauth_interaction.sig')?.value ?? '';
    mallory.cookies.set('mctl_oauth_interaction', { value: own, path: '/' });
    mallory.cookies.set('mctl_oauth_interaction.sig', { value: signature, path: '/' });
    expect([own.length, (await mallory.get(page.url.pathname)).status]).toEqual([43, 404]);
    expect((await mallory.send(page, { decision: 'allow' })).status).toBe(404);
  });

  it('can be denied', async () => {
    const { browser, page } = await askedAs();
    const { url } = await browser.send(page, { decision: 'deny' });
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the-state',
      iss: scratch.url,
    });
  });

  it('is remembered for what was agreed, per person, client and redirect, but never for programs on a computer', async () => {
    const who = await OAuthTestClient.register(scratch.url, 'https://remembered.example.org/cb');
    const { browser, page } = await askedAs(ada, {}, who);
    const agreed = await browser.send(page, { decision: 'allow' });
    await who.redeem(agreed.url.searchParams.get('code') ?? '');
    expect((await browser.get(who.request())).url.searchParams.get('code')).toEqual(expect.any(String));
    for (const change of [{ scope: 'platform:read logs:read' }, { prompt: 'consent' }]) {
      expect((await browser.get(who.request(change))).text).toContain('name="decision"');
    }
    expect((await askedAs(await tokenFor(scratch.dataDir, 'mallory'), {}, who)).page.text).toContain('name="decision"');
    const native = await OAuthTestClient.register(scratch.url, 'http://127.0.0.1:4321/cb');
    const local = await askedAs(ada, {}, native);
    const once = await local.browser.send(local.page, { decision: 'allow' });
    await native.redeem(once.url.searchParams.get('code') ?? '');
    expect((await local.browser.get(native.request())).text).toContain('name="decision"');
  });

  it('with prompt=login is asked of somebody who signs in anew', async () => {
    // Requests are dated to the second.
    later(-2_000);
    const { browser, page } = await askedAs();
    jest.restoreAllMocks();
    await browser.send(page, { decision: 'allow' });
    const again = await browser.get(client.request({ prompt: 'login' }));
    expect(again.text).toContain('Sign in to MCTL');
    expect((await signIn(browser, again, ada)).url.searchParams.get('code')).toEqual(expect.any(String));
  });

  it('belongs to whoever is signed in when it is given', async () => {
    const { browser, page } = await askedAs();
    const out =
      /action="\/sign-in\/out">\s*<input type="hidden" name="form" value="([^"]*)"\s*>\s*<input type="hidden" name="to" value="([^"]*)"/.exec(
        page.text,
      );
    const signInPage = await browser.send(
      { ...page, form: () => ({ action: '/sign-in/out', fields: { form: out?.[1] ?? '', to: out?.[2] ?? '' } }) },
      {},
    );
    const asGrace = await signIn(browser, signInPage, await tokenFor(scratch.dataDir, 'grace'));
    expect(asGrace.text).toContain('<strong>grace</strong>');
    const tokens = await tokensOf(await browser.send(asGrace, { decision: 'allow' }));
    expect((await new RestTestClient(scratch.url, tokens.access_token).get('/api/v1/whoami')).body).toMatchObject({
      user: 'grace',
    });
  });
});

describe('the connections page', () => {
  it('lists what a person has let in, ends it at once, and shows nobody what others have', async () => {
    const who = await OAuthTestClient.register(scratch.url, 'https://listed.example.org/cb', {
      client_name: 'Listed & more',
    });
    const lena = await tokenFor(scratch.dataDir, 'lena');
    const browser = visitor();
    const tokens = (await who.redeem((await who.authorize(browser, lena)).url.searchParams.get('code') ?? '')).body;
    const page = await browser.get('/connections');
    expect(page.text).toContain('Listed &amp; more');
    expect(page.text).toContain('listed.example.org');
    const id = page.form(['connection']).fields.connection ?? '';

    const mallory = visitor();
    await signIn(mallory, await mallory.get('/sign-in'), await tokenFor(scratch.dataDir, 'mallory'));
    await client.redeem(await client.code('', {}, mallory));
    const theirs = await mallory.get('/connections');
    expect(theirs.text).not.toContain('Listed');
    const [stolen, random] = [
      await mallory.send(theirs, { connection: id }),
      await mallory.send(theirs, { connection: 'nothing' }),
    ];
    expect([stolen.status, random.status]).toEqual([404, 404]);
    expect(await statusWith(scratch.url, tokens.access_token as string)).toBe(200);

    const after = await browser.send(page, { connection: id });
    expect(after.text).toContain('Listed &amp; more is disconnected');
    expect(await statusWith(scratch.url, tokens.access_token as string)).toBe(401);
    expect((await who.refresh(tokens.refresh_token as string)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await browser.get(who.request())).text).toContain('name="decision"');
    const { body } = await (await signedIn(scratch, 'admin')).get('/api/v1/audit?operation=oauth-connection&limit=50');
    expect((body as { items: object[] }).items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ status: 'disconnected', actor: 'lena', target: 'Listed & more' }),
        expect.objectContaining({ status: 'connected', actor: 'lena' }),
      ]),
    );
  });

  it('says so where there are none', async () => {
    const browser = visitor();
    const page = await signIn(
      browser,
      await browser.get('/sign-in?to=/connections'),
      await tokenFor(scratch.dataDir, 'nobody'),
    );
    expect(page.text).toContain('No application is connected as you');
  });
});

it('S14 keeps no credential of anybody in the store', async () => {
  const { db } = scratch.app.get(Store);
  const tables = [
    'oauth_objects',
    'oauth_connections',
    'oauth_consents',
    'oauth_clients',
    'browser_sessions',
    'sign_in_attempts',
  ] as const;
  const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  const text = JSON.stringify(rows);
  expect(text.length).toBeGreaterThan(1_000);
  for (const secret of [GITHUB_TOKEN, ada.slice(-40), 'secret-of-mctl']) expect(text).not.toContain(secret);
});

describe('the page for secrets', () => {
  const linkFor = async () => {
    const members = [{ user: 'Grace', role: 'developer' }];
    await done(await signedIn(scratch, 'admin'), 'create-tenant', { team: 'parcels', members });
    const onboard = {
      team: 'parcels',
      service: 'api',
      action: 'onboard',
      image: 'ghcr.io/acme/api',
      image_tag: '1.0.0',
    };
    const { intake } = await done(await signedIn(scratch, 'Grace'), 'deploy-service', {
      ...onboard,
      secret_names: ['STRIPE_KEY'],
    });
    return new URL(intake.url as string).pathname;
  };

  it('takes whoever signed in with the browser, if it is who asked, and nobody else', async () => {
    const path = await linkFor();
    const mallory = visitor();
    await signIn(mallory, await mallory.get('/sign-in'), await tokenFor(scratch.dataDir, 'mallory'));
    expect((await mallory.get(path)).text).toContain('Sign in to enter a secret');
    const browser = visitor();
    const page = await browser.get(path);
    const elsewhere = /href="(\/sign-in\?to=[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const choice = await browser.get(elsewhere);
    const values = await browser.get(linkTo(choice, 'github'));
    expect(values.url.pathname).toBe(path);
    expect(values.text).toContain('STRIPE_KEY');
  });
});
