import { OAuthTestClient, statusWith } from '../support/oauth-client';
import { Replicas } from '../support/replicas';
import { RoundRobin } from '../support/round-robin';
import { tokenFor } from '../support/tokens';
import { refusalOf, Visitor } from '../support/visitor';

/** Two programs on one PostgreSQL behind a balancer that sends each request to the other one than the request before. */
let replicas: Replicas;
let balancer: RoundRobin;
let client: OAuthTestClient;
let ada: string;

beforeAll(async () => {
  balancer = await RoundRobin.start();
  replicas = await Replicas.make({
    MCTL_PUBLIC_URL: balancer.url,
    MCTL_OAUTH_REQUESTS_PER_MINUTE: '100000',
    MCTL_OPEN_REQUESTS_PER_MINUTE: '100000',
  });
  const [left, right] = [await replicas.start('left'), await replicas.start('right')];
  balancer.targets = [left.url, right.url];
  ada = await tokenFor(replicas.keysIn, 'ada', 3_600_000, { MCTL_PUBLIC_URL: balancer.url });
  client = await OAuthTestClient.register(balancer.url);
});

afterAll(async () => {
  await replicas?.dispose();
  await balancer?.stop();
});

/** Status that each replica answers to a call with this token. */
const everywhere = (token: string): Promise<number[]> =>
  Promise.all(balancer.targets.map((target) => statusWith(target, token)));

it('ends on one replica a sign-in that was started on the other, page by page', async () => {
  const before = balancer.turns;
  const { status, body } = await client.redeem(await client.code(ada));
  expect(status).toBe(200);
  expect(balancer.turns - before).toBeGreaterThan(5);
  expect(await everywhere(body.access_token as string)).toEqual([200, 200]);
});

it('knows on both who is signed in, and on both no longer who has signed out', async () => {
  const browser = new Visitor(balancer.url);
  await client.code(ada, {}, browser);
  const page = await browser.get('/connections');
  expect(page.text).toContain('Test application');
  // A second browser with the same cookies tells whether the session ended, or only its cookie.
  const copy = new Visitor(balancer.url);
  for (const [name, cookie] of browser.cookies) copy.cookies.set(name, cookie);
  await browser.send(page, { to: '/connections' });
  for (const visitor of [browser, copy, copy]) {
    expect((await visitor.get('/connections')).url.pathname).toBe('/sign-in');
  }
});

it('takes a code once, whichever replicas it comes to at the same moment, and its replay ends what it gave', async () => {
  const code = await client.code(ada);
  const answers = await Promise.all(Array.from({ length: 6 }, () => client.redeem(code)));
  const given = answers.filter(({ status }) => status === 200);
  expect(given.length).toBeLessThanOrEqual(1);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.map(({ body }) => body.error as string)).toEqual(refused.map(() => 'invalid_grant'));
  for (const { body } of given) expect(await everywhere(body.access_token as string)).toEqual([401, 401]);
});

it('S17 gives one family where a refresh is raced on both, and ends it on both', async () => {
  const first = await client.tokens(ada);
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.refresh(first.refresh_token)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const successors = [...new Set(answers.map(({ body }) => body.refresh_token as string))];
  expect(successors).toHaveLength(1);
  const access = answers.map(({ body }) => body.access_token as string);
  expect(await everywhere(access[0] ?? '')).toEqual([200, 200]);
  await client.revoke(successors[0] ?? '');
  for (const token of access) expect(await everywhere(token)).toEqual([401, 401]);
  expect((await client.refresh(successors[0] ?? '')).body).toMatchObject({ error: 'invalid_grant' });
});

it('knows on both a client that registered with both at the same moment', async () => {
  const twins = await Promise.all(
    Array.from({ length: 6 }, () => OAuthTestClient.register(balancer.url, 'https://twin.example.org/cb')),
  );
  expect(new Set(twins.map(({ clientId }) => clientId)).size).toBe(1);
});

it('goes on after one replica was replaced', async () => {
  const { refresh_token: token, access_token: access } = await client.tokens(ada);
  const open = await client.authorize(new Visitor(balancer.url), ada, { prompt: 'none' });
  expect(refusalOf(open)).toBe('login_required');
  balancer.targets = [(await replicas.start('third')).url];
  expect(await statusWith(balancer.url, access)).toBe(200);
  expect((await client.refresh(token)).status).toBe(200);
});
