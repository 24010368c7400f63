import { Clock } from '../../src/platform/clock';
import { SecretStore } from '../../src/platform/secrets';
import { RestTestClient } from '../support/clients';
import { done } from '../support/furnish';
import { allKinds } from '../support/identities';
import { IntakeVisitor } from '../support/intake-visitor';
import { ScratchApp } from '../support/scratch-app';
import { githubToken, TestGithub } from '../support/test-github-identities';
import { TestOidc } from '../support/test-oidc';
import { tokenFor } from '../support/tokens';

/** The page for secrets takes the credentials that calls take, and no others. */
let scratch: ScratchApp;
let github: TestGithub;
let oidc: TestOidc;
const ada = githubToken('ada');

beforeAll(async () => {
  [oidc, github] = await Promise.all([TestOidc.start(), TestGithub.start()]);
  // Without a public address: the page is served on loopback then.
  const { MCTL_PUBLIC_URL: _, ...env } = allKinds(oidc.issuer, github.url);
  scratch = await ScratchApp.start({ ...env, MCTL_LOCAL_TOKENS: 'false' });
  github.people.set(ada, { login: 'ada', teams: ['acme/platform'] });
  const root = new RestTestClient(scratch.url, await oidc.token({ login: 'root' }));
  await done(root, 'create-tenant', {
    team: 'billing',
    members: [{ user: 'dex.dave', role: 'developer' }],
    github_teams: [{ team: 'acme/platform', role: 'developer' }],
  });
  await done(root, 'deploy-service', {
    action: 'onboard',
    team: 'billing',
    service: 'api',
    image: 'ghcr.io/acme/api',
    image_tag: '1.0.0',
  });
});

afterAll(async () => {
  await scratch?.stop();
  await Promise.all([oidc?.stop(), github?.stop()]);
});

async function linkOf(token: string, name: string): Promise<string> {
  const client = new RestTestClient(scratch.url, token);
  const input = { action: 'update-config', team: 'billing', service: 'api', secret_names: [name] };
  return (await done(client, 'deploy-service', input)).intake.url as string;
}

const valueOf = async (name: string) => (await scratch.app.get(SecretStore).read('billing', 'api', name))?.reveal();

it('takes a GitHub token, and the role that a GitHub team gives lasts until the value is stored', async () => {
  const visitor = new IntakeVisitor(await linkOf(ada, 'OF_GITHUB'));
  await visitor.enter(ada);
  expect((await visitor.store(['by-ada'])).status).toBe(303);
  expect(await valueOf('OF_GITHUB')).toBe('by-ada');
});

it('takes a JWT of the issuer', async () => {
  const token = await oidc.token({ login: 'dave' });
  const visitor = new IntakeVisitor(await linkOf(token, 'OF_OIDC'));
  await visitor.enter(token);
  expect((await visitor.store(['by-dave'])).status).toBe(303);
  expect(await valueOf('OF_OIDC')).toBe('by-dave');
});

it('takes no local token where those are switched off', async () => {
  const visitor = new IntakeVisitor(await linkOf(ada, 'OF_NOBODY'));
  await visitor.open();
  const reply = await visitor.signIn(await tokenFor(scratch.dataDir, 'ada'));
  expect([reply.status, reply.text.includes('not taken here')]).toEqual([403, true]);
});

it('does not let in whoever has left the team since', async () => {
  const visitor = new IntakeVisitor(await linkOf(ada, 'OF_A_LEAVER'));
  await visitor.open();
  github.people.set(ada, { login: 'ada', teams: [] });
  // What GitHub said is believed for a minute.
  jest.spyOn(scratch.app.get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 61_000));
  expect((await visitor.signIn(ada)).status).toBe(404);
  jest.restoreAllMocks();
});
