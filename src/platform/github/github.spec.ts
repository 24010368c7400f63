import { writeFileSync } from 'node:fs';
import { aRepository, type Fault, TestGithub } from '../../../test/support/test-github';
import { readConfig } from '../config';
import { log } from '../logging';
import { Github } from './github';
import { GithubLimited } from './github-faults';
import { GithubPeople } from './github-people';

const VERIFIER = 'v'.repeat(43);

let server: TestGithub;
let github: Github;
let people: GithubPeople;

beforeAll(() => void (log.level = 'silent'));
beforeEach(async () => {
  server = await TestGithub.start();
  const config = readConfig(server.settings);
  [github, people] = [new Github(config), new GithubPeople(config)];
});
afterEach(() => server.stop());

const fail = (on: RegExp, fault: Omit<Fault, 'on' | 'times'>, times = 1) => server.faults.push({ on, times, ...fault });
const many = (count: number) => Array.from({ length: count }, (_, at) => aRepository(at + 1, `acme/r${at + 1}`));
/** The refusal, with all that it would show or log. */
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'was answered',
    (error: unknown) => error,
  );

describe('the App', () => {
  it('reads all pages of an installation’s repositories with a token for names only', async () => {
    server.install(7, 'acme', many(205));
    const found = await github.repositories(7);
    expect(found).toHaveLength(205);
    expect(found?.[204]).toEqual({ id: 205, fullName: 'acme/r205', isPrivate: true, defaultBranch: 'main' });
    expect(server.requests).toEqual([
      'POST /api/v3/app/installations/7/access_tokens',
      'GET /api/v3/installation/repositories?per_page=100',
      'GET /api/v3/installation/repositories?per_page=100&page=2',
      'GET /api/v3/installation/repositories?per_page=100&page=3',
    ]);
  });

  it('says of an installation on whose account it is and whether it sleeps, and nothing of one that is gone', async () => {
    server.install(7, 'acme', many(1)).suspended = true;
    expect(await github.installation(7)).toEqual({ id: 7, account: 'acme', isSuspended: true });
    expect(await github.installation(8)).toBeUndefined();
    expect(await github.repositories(8)).toBeUndefined();
    expect((await github.installationFor('acme/R1'))?.id).toBe(7);
    expect(await github.installationFor('acme/other')).toBeUndefined();
  });

  it('signs with the key that is in the file at that moment', async () => {
    server.install(7, 'acme', []);
    await github.installation(7);
    server.newKey();
    expect(await github.installation(7)).toBeDefined();
    writeFileSync(server.file('app.pem'), 'no key');
    expect(await refusal(github.installation(7))).toMatchObject({ code: 'github_app_misconfigured' });
    expect(await refusal(github.installation(7))).toMatchObject({
      message: expect.stringContaining('MCTL_GITHUB_APP_PRIVATE_KEY_FILE'),
    });
  });

  it('says that its key is not the App’s', async () => {
    const other = await TestGithub.start();
    other.newKey();
    const mixed = new Github(
      readConfig({ ...server.settings, MCTL_GITHUB_APP_PRIVATE_KEY_FILE: other.file('app.pem') }),
    );
    server.install(7, 'acme', []);
    expect(await refusal(mixed.installation(7))).toMatchObject({ code: 'github_app_misconfigured', retryable: false });
    await other.stop();
  });

  it('names exactly the settings that are missing', async () => {
    const { MCTL_GITHUB_APP_SLUG: _, MCTL_GITHUB_APP_CLIENT_SECRET_FILE: __, ...rest } = server.settings;
    const half = new Github(readConfig(rest));
    expect(half.missing).toEqual(['MCTL_GITHUB_APP_CLIENT_SECRET_FILE', 'MCTL_GITHUB_APP_SLUG']);
    expect(new Github(readConfig({})).missing).toHaveLength(4);
    expect(await refusal(half.installation(7))).toMatchObject({
      code: 'github_app_not_configured',
      retryable: false,
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a rate limit', () => {
  const meet = async (headers: Record<string, string>, status = 403, message = 'API rate limit exceeded') => {
    server.install(7, 'acme', many(1));
    fail(/installation\/repositories/, { status, headers, body: { message } });
    return (await refusal(github.repositories(7))) as GithubLimited;
  };

  it('that is used up is told until its reset', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 600;
    const limited = await meet({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) });
    expect(limited).toBeInstanceOf(GithubLimited);
    expect(limited.isSecondary).toBe(false);
    expect(Math.abs(limited.seconds - 600)).toBeLessThanOrEqual(60);
  });

  it.each([
    ['with Retry-After', { 'retry-after': '17' }, 403, 'You have exceeded a secondary rate limit', 17],
    ['with Retry-After beside a quota that is left', { 'retry-after': '3', 'x-ratelimit-remaining': '10' }, 429, '', 3],
    ['without a time', {}, 403, 'You have exceeded a secondary rate limit. Please wait a few minutes', 60],
    ['of 429 without a word', {}, 429, '', 60],
  ])('of the secondary kind %s is told', async (_, headers, status, message, seconds) => {
    expect(await meet(headers as Record<string, string>, status, message)).toMatchObject({
      seconds,
      isSecondary: true,
    });
  });

  it('is not what every 403 is', async () => {
    const error = await meet({ 'x-ratelimit-remaining': '4000' }, 403, 'Resource not accessible by integration');
    expect(error).not.toBeInstanceOf(GithubLimited);
    expect(error).toMatchObject({ code: 'github_refused', message: expect.stringContaining('not accessible') });
  });
});

describe('a GitHub that is not well', () => {
  beforeEach(() => void server.install(7, 'acme', many(150)));
  const ask = () => refusal(github.repositories(7));

  it.each([
    ['answers 502', { status: 502 }, 'it answered 502'],
    ['never answers', { hangs: true }, 'no answer within 2000 ms'],
    ['redirects elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }, 'it redirects (302)'],
    ['answers no JSON', { status: 200, body: 'maintenance' }, 'not what it documents'],
    ['answers far too much', { status: 200, body: 'x'.repeat(9_000_000) }, 'longer than'],
  ])('and %s is unavailable', async (_, fault, reason) => {
    fail(/access_tokens|installation\/repositories/, fault);
    const error = await ask();
    expect(error).toMatchObject({
      code: 'github_unavailable',
      retryable: true,
      message: expect.stringContaining(reason),
    });
  });

  it('is unavailable where nobody listens, and no address is told', async () => {
    const gone = await TestGithub.start();
    await gone.stop();
    const nowhere = { ...server.settings, MCTL_GITHUB_API_URL: gone.url };
    const error = (await refusal(new Github(readConfig(nowhere)).repositories(7))) as Error;
    expect(error.message).toBe('GitHub cannot be asked: no connection (ECONNREFUSED).');
  });

  it('takes no list for whole that is not', async () => {
    fail(/page=2/, { status: 200, body: { total_count: 150, repositories: [] } });
    expect(await ask()).toMatchObject({ message: expect.stringContaining('its list changed while it was read') });
    fail(/page=2/, { status: 409 });
    expect(await ask()).toMatchObject({ code: 'github_refused' });
  });

  it('leads nobody’s token to another host', async () => {
    const thief = await TestGithub.start();
    const link = `<${thief.url}/api/v3/installation/repositories?page=2>; rel="next"`;
    const body = { total_count: 150, repositories: many(100) };
    fail(/installation\/repositories/, { status: 200, headers: { link }, body });
    expect(await ask()).toMatchObject({ message: expect.stringContaining('leads to another host') });
    expect(thief.requests).toEqual([]);
    await thief.stop();
  });

  it('does not end in an endless list', async () => {
    const link = `<${server.url}/api/v3/installation/repositories?again>; rel="next"`;
    fail(
      /installation\/repositories/,
      { status: 200, headers: { link }, body: { total_count: 1, repositories: [] } },
      999,
    );
    expect(await ask()).toMatchObject({ code: 'github_list_too_long' });
    expect(server.requests.length).toBeLessThan(110);
  });

  it('shows and keeps no credential in its errors', async () => {
    fail(/installation\/repositories/, { status: 403, body: { message: 'no' } });
    const error = await ask();
    const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
    expect(server.secrets.length).toBeGreaterThan(2);
    for (const secret of server.secrets) expect(everything).not.toContain(secret);
  });

  it('is left at once when the process ends', async () => {
    fail(/access_tokens/, { hangs: true });
    const ending = new AbortController();
    const asked = refusal(github.repositories(7, ending.signal));
    ending.abort();
    expect(await asked).toMatchObject({ code: 'github_unavailable' });
  });
});

describe('a person', () => {
  const codeOf = (login: string, verifier = VERIFIER) =>
    new URL(server.approve(people.authorizeUrl('s', verifier), login), 'http://x').searchParams.get('code') ?? '';

  beforeEach(() => {
    server.install(7, 'Acme', many(120));
    server.people.set('owner', { admin: [120], sees: [1] });
    server.people.set('guest', { admin: [], sees: [120] });
  });

  it('is vouched for with what they may do, and their token is revoked', async () => {
    expect(await people.prove(codeOf('owner'), VERIFIER, 'acme/R120')).toEqual({
      login: 'owner',
      installation: { id: 7, account: 'Acme', isSuspended: false },
      repository: { id: 120, fullName: 'acme/r120', isPrivate: true, defaultBranch: 'main' },
      isAdmin: true,
    });
    expect(await people.prove(codeOf('guest'), VERIFIER, 'acme/r120')).toMatchObject({
      login: 'guest',
      isAdmin: false,
    });
    expect(server.revoked).toHaveLength(2);
  });

  it('is not shown what they do not see', async () => {
    const proof = await people.prove(codeOf('owner'), VERIFIER, 'acme/r2');
    expect([proof.repository, proof.isAdmin]).toEqual([undefined, false]);
    expect(await people.prove(codeOf('nobody'), VERIFIER, 'acme/r2')).toEqual({ login: 'nobody', isAdmin: false });
  });

  it('cannot use a code twice, nor one that was made for another link', async () => {
    const code = codeOf('owner');
    await people.prove(code, VERIFIER, 'acme/r1');
    expect(await refusal(people.prove(code, VERIFIER, 'acme/r1'))).toMatchObject({ code: 'github_code_refused' });
    const stolen = codeOf('owner', 'w'.repeat(43));
    expect(await refusal(people.prove(stolen, VERIFIER, 'acme/r1'))).toMatchObject({ code: 'github_code_refused' });
  });

  it('has their token revoked though GitHub fails after it was given', async () => {
    fail(/GET \/api\/v3\/user\/installations/, { status: 500 });
    expect(await refusal(people.prove(codeOf('owner'), VERIFIER, 'acme/r1'))).toMatchObject({
      code: 'github_unavailable',
    });
    expect(server.revoked).toHaveLength(1);
  });

  it('gets the proof though their token cannot be revoked', async () => {
    fail(/DELETE/, { status: 500 });
    expect(await people.prove(codeOf('owner'), VERIFIER, 'acme/r120')).toMatchObject({ isAdmin: true });
  });

  it('cannot be asked about with a secret that is not the App’s', async () => {
    const code = codeOf('owner');
    writeFileSync(server.file('client-secret'), 'another');
    expect(await refusal(people.prove(code, VERIFIER, 'acme/r1'))).toMatchObject({
      code: 'github_app_misconfigured',
      message: expect.stringContaining('client secret'),
    });
  });
});
