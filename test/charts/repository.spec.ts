import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { crdViolations } from '../support/crds';
import { helm, type Manifest } from '../support/helm';
import { ofKind } from '../support/manifests';
import { Program } from '../support/program';

/** The repository as the program makes and fills it, checked out: what Argo CD would read. */
describe('the seeded repository with the demo in it', () => {
  let program: Program;
  let root: string;

  beforeAll(async () => {
    program = await Program.start({ arguments: ['--demo'] });
    const checkout = mkdtempSync(join(tmpdir(), 'mctl-checkout-'));
    execFileSync('git', ['clone', '--quiet', program.gitDir, checkout]);
    root = join(checkout, 'platform-gitops');
  }, 120_000);

  afterAll(async () => {
    await program.dispose();
    rmSync(join(root, '..'), { recursive: true, force: true });
  });

  const entriesIn = (folder: string) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder), { withFileTypes: true }) : [];
  // An onboarding lies beside the folders: Argo CD makes no application of a file.
  const foldersIn = (folder: string) => entriesIn(folder).flatMap((each) => (each.isDirectory() ? [each.name] : []));
  const services = () => foldersIn('services').flatMap((team) => foldersIn(`services/${team}`).map((service) => ({ team, service })));

  it('holds two tenants and services of each', () => {
    expect(foldersIn('tenants')).toHaveLength(2);
    expect(new Set(services().map(({ team }) => team)).size).toBe(2);
  });

  it('lints and renders every tenant with the chart that lies beside it', async () => {
    for (const team of foldersIn('tenants')) {
      const values = readFileSync(join(root, 'tenants', team, 'values.yaml'), 'utf8');
      const manifests = await render('tenant', `tenant-${team}`, team, values, { 'tenant.name': team });
      expect(ofKind(manifests, 'Namespace').map(({ metadata }) => metadata.name)).toContain(team);
      expect(ofKind(manifests, 'ResourceQuota').length).toBeGreaterThan(0);
    }
  });

  it('lints and renders every service as its ApplicationSet would', async () => {
    for (const { team, service } of services()) {
      const values = readFileSync(join(root, 'services', team, service, 'values.yaml'), 'utf8');
      const identity = { fullnameOverride: `${team}-${service}`, 'mctl.team': team, 'mctl.service': service };
      const manifests = await render('service', service, team, values, identity);
      expect(ofKind(manifests, 'Deployment').map(({ metadata }) => metadata.name)).toEqual([`${team}-${service}`]);
      expect(crdViolations(manifests)).toEqual([]);
    }
  });

  it('lints and renders every preview as its ApplicationSet would, into the namespace that its tenant makes', async () => {
    const previews = foldersIn('previews').flatMap((team) =>
      foldersIn(`previews/${team}`).map((name) => ({ team, name })),
    );
    expect(previews).toEqual([{ team: 'billing', name: expect.stringMatching(/^payment-api-[a-z0-9]{6}$/) }]);
    for (const { team, name } of previews) {
      const values = readFileSync(join(root, 'previews', team, name, 'values.yaml'), 'utf8');
      const [id, service] = [name.slice(-6), name.slice(0, -7)];
      const identity = { fullnameOverride: name, 'mctl.team': team, 'mctl.service': service, 'mctl.preview': id };
      const manifests = await render('service', name, `${team}-preview`, values, identity);
      expect(crdViolations(manifests)).toEqual([]);
      for (const { metadata } of manifests) {
        expect(metadata.name.startsWith(name) || metadata.name.endsWith(`-${id}`)).toBe(true);
        expect(metadata.labels).toMatchObject({ 'mctl.dev/service': service, 'mctl.dev/preview': id });
      }
      const [deployment] = ofKind(manifests, 'Deployment');
      expect(deployment?.spec).toMatchObject({ replicas: 1 });
      expect(deployment?.metadata.annotations).toMatchObject({
        'mctl.dev/requested-by': 'grace',
        'mctl.dev/expires-at': expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      });
      const [ingress] = ofKind(manifests, 'Ingress');
      expect(JSON.stringify(ingress?.spec)).toContain(`"host":"${team}-${name}.apps.localhost"`);
      expect(JSON.stringify(manifests)).not.toContain(`${team}-${service}.apps.localhost`);
    }
    const tenant = readFileSync(join(root, 'tenants', 'billing', 'values.yaml'), 'utf8');
    const made = await render('tenant', 'tenant-billing', 'billing', tenant, { 'tenant.name': 'billing' });
    expect(ofKind(made, 'Namespace').map(({ metadata }) => metadata.name)).toContain('billing-preview');
  });

  it('has a valid Argo CD project and sign-in binding for every tenant', () => {
    for (const team of foldersIn('tenants')) {
      const files = [`argocd/projects/${team}.yaml`, `argo-workflows/sso-team-${team}.yaml`];
      const manifests = files.flatMap((file) => documents(readFileSync(join(root, file), 'utf8')));
      expect(manifests.map(({ kind }) => kind)).toEqual(['AppProject', 'ServiceAccount', 'Secret']);
      expect(crdViolations(manifests)).toEqual([]);
    }
  });

  async function render(chart: string, name: string, namespace: string, values: string, set: Record<string, string>): Promise<Manifest[]> {
    const path = join(root, 'charts', chart);
    const flags = Object.entries(set).flatMap(([key, value]) => ['--set-string', `${key}=${value}`]);
    await helm(['lint', '--strict', path, '--values', '-', ...flags], values);
    return documents(await helm(['template', name, path, '--namespace', namespace, '--values', '-', ...flags], values));
  }
});

function documents(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest): manifest is Manifest => manifest !== null);
}
