import { Clock } from '../../src/platform/clock';
import { log } from '../../src/platform/logging';
import { allKinds, ask, BOTH_DOORS, localToken } from '../support/identities';
import { ScratchApp } from '../support/scratch-app';
import { githubToken, TestGithub } from '../support/test-github-identities';
import { TestOidc } from '../support/test-oidc';

/** The program in this process, so that its clock can be set: nobody waits a minute. */
let scratch: ScratchApp;
let github: TestGithub;
let oidc: TestOidc;
let ahead = 0;

async function start(env: Record<string, string> = {}): Promise<void> {
  scratch = await ScratchApp.start({ ...allKinds(oidc.issuer, github.url), ...env });
  scratch.app.get(Clock).now = () => new Date(Date.now() + ahead);
}

beforeAll(async () => {
  [oidc, github] = await Promise.all([TestOidc.start(), TestGithub.start()]);
});

beforeEach(() => {
  ahead = 0;
  github.requests.length = 0;
  github.people.clear();
  github.behave = () => undefined;
});

afterAll(() => Promise.all([oidc?.stop(), github?.stop()]));

function githubUser(login: string): string {
  const token = githubToken(login);
  github.people.set(token, { login });
  return token;
}

/** One program for all tests of a group. */
function withSettings(env: Record<string, string> = {}): void {
  beforeAll(() => start(env));
  afterAll(() => scratch?.stop());
}

const whoami = (token: string) => ask('REST', scratch.url, token);

describe('an identity that GitHub confirmed', () => {
  withSettings();

  it('S16 is believed for a minute by both doors, and a revoked token no longer', async () => {
    const token = githubUser('both');
    for (const door of BOTH_DOORS) expect((await ask(door, scratch.url, token)).body.user).toBe('both');
    expect(github.count('/user')).toBe(1);
    github.people.delete(token);
    ahead = 59_000;
    expect((await whoami(token)).status).toBe(200);
    ahead = 60_500;
    for (const door of BOTH_DOORS) expect((await ask(door, scratch.url, token)).code).toBe('invalid_token');
    expect(github.count('/user')).toBe(2);
  });

  it('does not outlive its token', async () => {
    const token = githubToken('short');
    const expires = new Date(Date.now() + 10_000).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
    github.people.set(token, { login: 'short', expires });
    expect((await whoami(token)).status).toBe(200);
    github.people.delete(token);
    ahead = 11_000;
    expect((await whoami(token)).status).toBe(401);
  });

  it('counts its minute from the question, not from a late answer', async () => {
    const token = githubUser('slow');
    github.behave = () => void (ahead = 30_000);
    expect((await whoami(token)).status).toBe(200);
    github.people.delete(token);
    ahead = 60_500;
    expect((await whoami(token)).status).toBe(401);
  });

  it('S15 lives out its minute while GitHub is down; then nobody is let in, nor told that their token is bad', async () => {
    const token = githubUser('outage');
    expect((await whoami(token)).status).toBe(200);
    github.behave = () => 'drop';
    ahead = 30_000;
    expect((await whoami(token)).status).toBe(200);
    ahead = 61_000;
    for (const door of BOTH_DOORS) {
      const { status, code, retryAfter, challenge, body } = await ask(door, scratch.url, token);
      expect([status, code, retryAfter, challenge]).toEqual([503, 'github_unavailable', '5', null]);
      expect(body).toMatchObject({ retryable: true, retry_after_s: 5 });
    }
    github.behave = () => undefined;
    expect((await whoami(token)).status).toBe(200);
  });

  it('is asked for once by all who come at the same moment', async () => {
    const token = githubUser('crowd');
    const answers = await Promise.all(Array.from({ length: 20 }, () => whoami(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(github.count('/user')).toBe(1);
  });

  it('is forgotten as refused after seconds', async () => {
    const token = githubToken('late');
    for (let i = 0; i < 3; i++) expect((await whoami(token)).status).toBe(401);
    expect(github.count('/user')).toBe(1);
    github.people.set(token, { login: 'late' });
    ahead = 5_100;
    expect((await whoami(token)).status).toBe(200);
  });
});

describe('GitHub', () => {
  withSettings({ MCTL_GITHUB_TIMEOUT: '1s' });

  it.each([
    ['401', { status: 401, body: { message: 'Bad credentials' } }, 401, 'invalid_token', null],
    [
      '403 of an account',
      { status: 403, body: { message: 'Sorry. Your account was suspended' } },
      401,
      'invalid_token',
      null,
    ],
    ['404', { status: 404, body: { message: 'Not Found' } }, 503, 'github_unavailable', '5'],
    ['429', { status: 429, headers: { 'retry-after': '17' } }, 503, 'github_rate_limited', '17'],
    [
      '403 of a secondary limit',
      { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
      503,
      'github_rate_limited',
      '60',
    ],
    ['500', { status: 500 }, 503, 'github_unavailable', '5'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/user' } }, 503, 'github_unavailable', '5'],
    ['no JSON', { status: 200, body: undefined }, 503, 'github_unavailable', '5'],
    ['another shape', { status: 200, body: { login: 7 } }, 503, 'github_unavailable', '5'],
    ['too much', { status: 200, body: 'x'.repeat(2_000_000) }, 503, 'github_unavailable', '5'],
  ] as const)('answering %s is told apart', async (what, reply, status, code, retryAfter) => {
    github.behave = () => reply;
    expect(await whoami(githubToken(`of${what.replace(/\W/g, '')}`))).toMatchObject({ status, code, retryAfter });
  });

  it('saying nothing is given up after MCTL_GITHUB_TIMEOUT', async () => {
    github.behave = () => 'hang';
    expect(await whoami(githubToken('waiting'))).toMatchObject({ status: 503, code: 'github_unavailable' });
  });
});

describe('MCTL_GITHUB_ORGANIZATIONS', () => {
  withSettings({ MCTL_GITHUB_ORGANIZATIONS: 'acme, Example-Org' });

  it.each([
    ['an active member', { acme: 'active' }, true, 200, undefined],
    ['an active member of the second', { 'Example-Org': 'active' }, true, 200, undefined],
    ['somebody who is only invited', { acme: 'pending' }, true, 401, /Only active members of acme or Example-Org/],
    ['a stranger', {}, true, 401, /Only active members/],
    ['a member without single sign-on', { acme: 'sso' }, true, 401, /single sign-on/],
    ['a token that may not say', { acme: 'active' }, false, 401, /does not show whether you are a member/],
  ] as const)('%s', async (what, organizations, mayReadOrganizations, status, message) => {
    const token = githubToken(`is${what.replace(/\W/g, '').slice(0, 20)}${what.length}`);
    github.people.set(token, { login: 'ada', organizations, mayReadOrganizations });
    const answer = await whoami(token);
    expect(answer.status).toBe(status);
    if (message) expect(answer.body.message).toMatch(message);
  });
});

describe('settings', () => {
  afterEach(() => scratch?.stop());

  it('is asked at every call with MCTL_IDENTITY_CACHE=0s', async () => {
    await start({ MCTL_IDENTITY_CACHE: '0s' });
    const token = githubUser('ada');
    for (let i = 0; i < 3; i++) expect((await whoami(token)).status).toBe(200);
    expect(github.count('/user')).toBe(3);
    github.people.delete(token);
    expect((await whoami(token)).status).toBe(401);
  });

  it('S14 takes no GitHub token unless it was switched on, and asks nobody about it', async () => {
    await start({ MCTL_GITHUB_TOKENS: 'false' });
    for (const door of BOTH_DOORS) {
      expect(await ask(door, scratch.url, githubUser('ada'))).toMatchObject({ status: 401, code: 'token_kind_off' });
    }
    expect(github.requests).toEqual([]);
  });

  it('takes no local token with MCTL_LOCAL_TOKENS=false', async () => {
    await start({ MCTL_LOCAL_TOKENS: 'false' });
    const answer = await whoami(await localToken(scratch.dataDir, 'root'));
    expect(answer).toMatchObject({ status: 401, code: 'token_kind_off' });
    expect(answer.body.fix).toMatch(/loopback/);
  });

  it('takes no token of the issuer that has been taken out of the settings', async () => {
    await start({ MCTL_OIDC_ISSUERS: '', MCTL_OAUTH: 'false' });
    expect(await whoami(await oidc.token({ login: 'ada' }))).toMatchObject({ status: 401, code: 'invalid_token' });
    expect((await fetch(new URL('/.well-known/oauth-protected-resource', scratch.url))).status).toBe(404);
    expect((await whoami('garbage')).challenge).toBe('Bearer realm="mctl", error="invalid_token"');
  });
});

describe('S80 an address that fails too often', () => {
  beforeEach(() => start({ MCTL_AUTH_FAILURES_PER_MINUTE: '5' }));
  afterEach(() => scratch?.stop());

  it('is answered 429 for the rest of the minute, and asks GitHub nothing more', async () => {
    for (let i = 0; i < 5; i++) expect((await whoami(githubToken(`guess${i}`))).status).toBe(401);
    const asked = github.requests.length;
    const { status, code, retryAfter } = await whoami(githubToken('guess6'));
    expect([status, code, Number(retryAfter) > 0 && Number(retryAfter) <= 60]).toEqual([429, 'rate_limited', true]);
    expect((await whoami('garbage')).status).toBe(429);
    expect(github.requests).toHaveLength(asked);
    ahead = 61_000;
    expect((await whoami(githubToken('guess7'))).status).toBe(401);
  });

  it('does not lock out others behind it whose credentials are good', async () => {
    const known = githubUser('ada');
    expect((await whoami(known)).status).toBe(200);
    for (let i = 0; i < 8; i++) await whoami('garbage');
    expect((await whoami('garbage')).status).toBe(429);
    expect((await whoami(known)).status).toBe(200);
    expect((await whoami(await oidc.token({ login: 'ada' }))).status).toBe(200);
    expect((await whoami(await localToken(scratch.dataDir, 'root'))).status).toBe(200);
  });

  it('writes no line for each of them', async () => {
    const write = jest.spyOn(log, 'info').mockImplementation(() => undefined);
    const warn = jest.spyOn(log, 'warn').mockImplementation(() => undefined);
    for (let i = 0; i < 30; i++) await whoami('garbage');
    expect(write.mock.calls.filter(([, text]) => text === 'a credential was refused')).toHaveLength(5);
    expect(warn.mock.calls.filter(([, text]) => String(text).includes('no failures left'))).toHaveLength(1);
    write.mockRestore();
    warn.mockRestore();
  });
});
