import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { TestVault } from '../support/test-vault';
import { Workplace } from '../support/commands';
import { crdViolations } from '../support/crds';
import { enterSecrets } from '../support/intake-form';
import { done, signedIn } from '../support/furnish';
import { helmTemplate } from '../support/helm';
import { IntakeVisitor } from '../support/intake-visitor';
import { git } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const API = { team: 'billing', service: 'api' };
const VALUE = 'canary-vault-value-1b2c3d';
const TOKEN = 'hvs.canary-vault-token-4e5f6a';

let place: Workplace;
let vault: TestVault;
let program: Program;
let env: Record<string, string>;

beforeAll(async () => {
  vault = await TestVault.start();
  vault.tokens.set(TOKEN, 0);
  vault.mount = 'platform/kv';
  place = new Workplace();
  const tokenFile = join(place.folder, 'vault-token');
  writeFileSync(tokenFile, TOKEN, { mode: 0o600 });
  env = {
    MCTL_SECRETS: 'vault',
    MCTL_VAULT_ADDR: vault.url,
    MCTL_VAULT_MOUNT: vault.mount,
    MCTL_VAULT_NAMESPACE: 'acme',
    MCTL_VAULT_TOKEN_FILE: tokenFile,
  };
  program = await Program.start({ env: { ...env, LOG_LEVEL: 'debug' } });
  await done(await admin(), 'create-tenant', { team: 'billing' });
  await done(await admin(), 'deploy-service', {
    ...API,
    action: 'onboard',
    image: 'ghcr.io/acme/api',
    image_tag: '1.0.0',
  });
});

afterAll(async () => {
  await program?.dispose();
  await vault?.stop();
  place?.dispose();
});

afterEach(() => {
  vault.isSealed = false;
});

const admin = () => signedIn(program, 'admin');
const name = async (...names: string[]) =>
  done(await admin(), 'deploy-service', { ...API, action: 'update-config', secret_names: names });
const config = async () => (await (await admin()).get('/api/v1/services/billing/api')).body;
const shown = (path: string) => git(program.gitDir, 'show', `main:platform-gitops/${path}`);

describe('with Vault as the secret store', () => {
  it('S62 a value goes from the page to where the cluster reads it, and nowhere else', async () => {
    const { intake } = await name('STRIPE_KEY');
    const visitor = new IntakeVisitor(intake.url as string);
    expect((await visitor.enter(await tokenFor(program.dataDir, 'admin'))).text).toContain(
      'the Vault of this platform',
    );
    expect((await visitor.store([VALUE])).status).toBe(303);
    expect(vault.valuesAt('teams/billing/api')).toEqual({ STRIPE_KEY: VALUE });
    expect((await config()).secrets).toEqual([{ name: 'STRIPE_KEY', version: 1, updated_at: expect.any(String) }]);
    expect(program.log.join('\n')).not.toMatch(/canary/);
    for (const file of ['mctl.db', 'mctl.db-wal']) {
      expect(readFileSync(join(program.dataDir, file)).includes('canary')).toBe(false);
    }
  });

  it('manifests lead External Secrets to the very same place', async () => {
    const values = parse(await shown('services/billing/api/values.yaml')) as object;
    const release = { chart: 'service', name: 'api', namespace: 'billing', values };
    const manifests = await helmTemplate(release);
    const external = manifests.find(({ kind }) => kind === 'ExternalSecret') as any;
    expect(crdViolations(manifests)).toEqual([]);
    const [{ remoteRef, secretKey }] = external.spec.data;
    expect([remoteRef.key, remoteRef.property, secretKey]).toEqual(['teams/billing/api', 'STRIPE_KEY', 'STRIPE_KEY']);
    expect(vault.valuesAt(remoteRef.key)).toHaveProperty(remoteRef.property);
    const { tenant } = parse(await shown('charts/tenant/values.yaml'));
    const team = await helmTemplate({
      ...{ chart: 'tenant', name: 'billing', namespace: 'billing' },
      values: { tenant: { ...tenant, name: 'billing' } },
    });
    const store = team.find(({ kind }) => kind === 'SecretStore') as any;
    expect([external.spec.secretStoreRef.name, external.spec.secretStoreRef.kind]).toEqual([
      store.metadata.name,
      'SecretStore',
    ]);
    expect(store.spec.provider.vault).toMatchObject({
      ...{ server: vault.url, path: 'platform/kv', version: 'v2', namespace: 'acme' },
    });
  });

  it('a sealed Vault holds up what needs it, says so, and nothing else', async () => {
    vault.isSealed = true;
    const client = await admin();
    await done(client, 'deploy-service', { ...API, action: 'deploy', image_tag: '1.0.1' });
    const { secrets, warnings } = await config();
    expect(secrets).toEqual([{ name: 'STRIPE_KEY', version: null, updated_at: null }]);
    expect(warnings).toContainEqual({ code: 'vault_sealed', message: expect.stringContaining('it is sealed') });
    const asked = await client.execute('deploy-service', { ...API, action: 'update-config', secret_names: ['MORE'] });
    expect([asked.status, asked.body.code]).toEqual([503, 'vault_sealed']);
    expect(asked.body.fix).toContain('unseal');
  });

  it('a value that Vault does not take leaves the link as it was', async () => {
    const { intake } = await name('LATER');
    const visitor = new IntakeVisitor(intake.url as string);
    await visitor.enter(await tokenFor(program.dataDir, 'admin'));
    const form = visitor.page;
    vault.isSealed = true;
    const refused = await visitor.store(['x']);
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('sealed')]);
    vault.isSealed = false;
    visitor.page = form;
    expect((await visitor.store(['x'])).status).toBe(303);
    expect(vault.valuesAt('teams/billing/api')).toEqual({ STRIPE_KEY: VALUE, LATER: 'x' });
  });

  it('a call that was made already is answered while Vault is away', async () => {
    const call = {
      ...API,
      action: 'update-config',
      secret_names: ['STRIPE_KEY'],
      idempotency_key: 'while-vault-is-away',
    };
    const first = await done(await admin(), 'deploy-service', call);
    vault.isSealed = true;
    const again = await done(await admin(), 'deploy-service', call);
    expect(again.commit).toEqual(first.commit);
    expect(again.intake).toMatchObject({ url: null, next_step: expect.stringContaining('it is sealed') });
  });

  it('a team takes all of its values along, once Vault is back', async () => {
    const client = await admin();
    await done(client, 'create-tenant', { team: 'goner' });
    const web = { team: 'goner', service: 'web', image: 'ghcr.io/acme/web', image_tag: '1' };
    const { intake } = await done(client, 'deploy-service', { ...web, action: 'onboard', secret_names: ['KEY'] });
    await enterSecrets(intake.url as string, await tokenFor(program.dataDir, 'admin'), ['x']);
    vault.write('teams/goner/by-hand', { OTHER: 'y' });
    const { body } = await client.execute('delete-tenant', { team: 'goner' });
    expect(body.plan.destroys).toEqual(
      expect.arrayContaining([
        { kind: 'secret_value', name: 'web/KEY' },
        { kind: 'secret_value', name: 'by-hand/OTHER' },
      ]),
    );
    expect(JSON.stringify(body)).not.toContain('past MCTL');
    await done(client, 'delete-tenant', { team: 'goner', confirm_token: body.plan.confirm_token });
    expect([...vault.entries.keys()].filter((path) => path.includes('goner'))).toEqual([]);
  });
});

describe('mctl doctor', () => {
  const finding = async (more: Record<string, string> = {}) => {
    const { stdout } = await place.mctl(['doctor', '--json'], { env: { ...env, ...more } });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; found: string; fix: string }[] };
    return checks.find((each) => each.name === 'vault');
  };

  it('looks at the way in, the seal, the engine and the policy', async () => {
    expect(await finding()).toMatchObject({ status: 'ok', found: expect.stringContaining('platform/kv') });
    vault.capabilities = (path) => (path.includes('/metadata/') ? ['read'] : ['create', 'update', 'patch', 'read']);
    expect(await finding()).toMatchObject({
      status: 'failed',
      found: 'the policy lacks patch, delete on platform/kv/metadata/teams/+/*; list on platform/kv/metadata/teams/+',
    });
    vault.capabilities = undefined;
    expect(await finding({ MCTL_VAULT_MOUNT: 'nowhere' })).toMatchObject({ status: 'failed' });
    vault.isSealed = true;
    expect(await finding()).toMatchObject({ status: 'failed', found: expect.stringContaining('it is sealed') });
  });
});

describe('settings that are not enough', () => {
  it.each([
    [{ MCTL_SECRETS: 'vault' }, 'needs MCTL_VAULT_ADDR'],
    [{ MCTL_SECRETS: 'vault', MCTL_VAULT_ADDR: 'https://v' }, 'needs one of MCTL_VAULT_ROLE'],
    [{ MCTL_VAULT_ADDR: 'https://v' }, 'needs MCTL_SECRETS=vault'],
    [{ MCTL_SECRETS: 'vault', MCTL_VAULT_ADDR: 'https://v', MCTL_VAULT_ROLE: '../x' }, 'MCTL_VAULT_ROLE must be'],
  ])('are told at the start: %j', async (given, problem) => {
    const { code, stderr } = await place.start([], { env: given as unknown as Record<string, string> });
    expect([code, stderr]).toEqual([1, expect.stringContaining(problem)]);
  });
});
